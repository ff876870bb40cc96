package config

import (
	"regexp"
	"slices"
	"strings"
)

var (
	// regionPattern is how AWS names regions: us-east-1, us-gov-west-1, eusc-de-east-1.
	regionPattern = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$`)
	// placePattern is what may stand where things run that are not in AWS.
	placePattern = regexp.MustCompile(`^[a-z0-9]+([-.][a-z0-9]+)*$`)
)

// knownRegions are all that the AWS SDK knows; a test compares the two. A region that
// is not here is taken if it is well formed, since AWS keeps opening new ones, but not
// if it is one slip away from one of these.
var knownRegions = strings.Fields(`af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3
	ap-south-1 ap-south-2 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6
	ap-southeast-7 ca-central-1 ca-west-1 cn-north-1 cn-northwest-1 eu-central-1 eu-central-2 eu-isoe-west-1 eu-north-1
	eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 eusc-de-east-1 il-central-1 me-central-1 me-south-1 mx-central-1
	sa-east-1 us-east-1 us-east-2 us-gov-east-1 us-gov-west-1 us-iso-east-1 us-iso-west-1 us-isob-east-1 us-isob-west-1
	us-isof-east-1 us-isof-south-1 us-west-1 us-west-2`)

// RegionMistake says in words what is wrong with the name of an AWS region, or "".
func RegionMistake(region string) string {
	switch {
	case region == "":
		return "a region is empty; write one such as us-east-1, or take it away"
	case !regionPattern.MatchString(region):
		return quote(region) + " is not an AWS region" + Meant(region, knownRegions, "write it like us-east-1")
	case isSlip(region):
		return quote(region) + " is no AWS region that is known" + Meant(region, knownRegions, "")
	}
	return ""
}

// partitions are the parts of AWS that have accounts and credentials of their own, by how
// their regions begin; all others are in "aws". Source: the SDK's endpoint partitions.
var partitions = map[string]string{"cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-iso-": "aws-iso", "us-isob-": "aws-iso-b",
	"us-isof-": "aws-iso-f", "eu-isoe-": "aws-iso-e", "eusc-": "aws-eusc"}

// partition is the part of AWS that a region is in.
func partition(region string) string {
	for begins, name := range partitions {
		if strings.HasPrefix(region, begins) {
			return name
		}
	}
	return "aws"
}

// isSlip says whether a name is no region, but one letter added, dropped, changed or
// swapped with its neighbour makes it one.
func isSlip(region string) bool {
	return !contains(knownRegions, region) &&
		slices.ContainsFunc(knownRegions, func(known string) bool { return distance(region, known) == 1 })
}

// checkPlace looks at a region in which something of ours runs; that may be in AWS or
// elsewhere, but not almost in AWS.
func (r *reader) checkPlace(path, region string) {
	switch {
	case region == "":
		r.wrong(path, "%s", RegionMistake(region))
	case !placePattern.MatchString(region):
		r.wrong(path, "%s is not a region%s", quote(region), Meant(region, knownRegions, "write it like us-east-1, or one word of small letters and digits"))
	case isSlip(region):
		r.wrong(path, "%s is no AWS region that is known%s", quote(region), Meant(region, knownRegions, ""))
	}
}

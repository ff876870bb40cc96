package awshealth

import (
	"fmt"
	"slices"
	"testing"
)

func TestTextsAreAskedForOnlyWhenNewOrChanged(t *testing.T) {
	s := serve(t)
	for i := range 23 {
		name := fmt.Sprint("e", i)
		s.both(issue(name, 60))
		s.texts[arn(name)] = "Text of " + name + "."
	}
	w := s.watch()
	expectTexts := func(step string, batches ...int) {
		t.Helper()
		if _, err := look(t, w); err != nil {
			t.Fatalf("%s: %v", step, err)
		}
		var asked []int
		for _, c := range s.calls("DescribeEventDetails") {
			asked = append(asked, len(c.body["eventArns"].([]any)))
		}
		if fmt.Sprint(asked) != fmt.Sprint(batches) {
			t.Errorf("%s: batches %v, want %v", step, asked, batches)
		}
	}
	expectTexts("all are new", 10, 10, 3)
	expectTexts("nothing changed")
	s.mu.Lock()
	for _, list := range s.regions {
		list[4] = issue("e4", 2)
	}
	s.mu.Unlock()
	s.write(arn("e4"), "It is better.")
	expectTexts("one changed", 1)
	told, _ := look(t, w)
	updates := told.detail(t, "e4").Updates
	if len(updates) != 2 || updates[0].Text != "It is better." || updates[1].Text != "Text of e4." || told.of("e4").Reason != "It is better." {
		t.Errorf("updates %+v", updates)
	}
	expectTexts("still nothing changed")
}

func TestAChangedEventIsReportedOnceWithItsNewText(t *testing.T) {
	s := serve(t)
	s.both(issue("a", 60))
	s.write(arn("a"), "Bad.")
	w := s.watch()
	if told, err := look(t, w); err != nil || told.times("a") != 2 {
		t.Fatalf("a new event was reported %d times, %v", told.times("a"), err)
	}
	if told, _ := look(t, w); told.times("a") != 1 {
		t.Fatalf("an unchanged event was reported %d times", told.times("a"))
	}
	s.set("us-east-1", issue("a", 1, closed(2)))
	s.set("us-east-2", issue("a", 1, closed(2)))
	s.write(arn("a"), "Good.")
	told, err := look(t, w)
	if err != nil || told.times("a") != 1 || told.of("a").Reason != "Good." || told.of("a").Word != "CLOSED" {
		t.Errorf("reported %d times, %+v, %v", told.times("a"), told.of("a"), err)
	}
}

func TestWhatHasNoTextYetIsAskedForAgain(t *testing.T) {
	s := serve(t)
	s.both(issue("a", 60), issue("b", 60))
	s.write(arn("a"), "Text.")
	w := s.watch()
	told, err := look(t, w)
	if err != nil || told.of("a").Reason != "Text." || told.of("b").Reason != "" {
		t.Fatalf("%+v, %v", told.last, err)
	}
	s.calls("DescribeEventDetails")
	s.write(arn("b"), "Late text.")
	told, err = look(t, w)
	if asked := s.calls("DescribeEventDetails"); err != nil || told.of("b").Reason != "Late text." || len(asked) != 1 {
		t.Errorf("%+v, %v, %v", told.of("b"), asked, err)
	}
}

func TestMissingTextsAndResourcesAreAWarning(t *testing.T) {
	s := serve(t)
	s.both(issue("a", 10))
	s.write(arn("a"), "Text.")
	for _, region := range []string{"us-east-1 ", "us-east-2 "} {
		s.breakDown(region+"DescribeEventDetails", refuse("ThrottlingException"))
	}
	w := s.watch()
	told, err := look(t, w)
	expectFailure(t, err, true, "AWS Health was read without the newest texts: AWS is throttling calls to health:DescribeEventDetails; nothing to do; other tools of the account share the same limit")
	if told.of("a").Word != "OPEN" {
		t.Errorf("%+v", told.last)
	}
	for _, region := range []string{"us-east-1 ", "us-east-2 "} {
		s.breakDown(region+"DescribeEventDetails", nil)
		s.breakDown(region+"DescribeAffectedEntities", refuse("AccessDeniedException"))
	}
	told, err = look(t, w)
	expectFailure(t, err, true, "AWS Health was read without the affected resources: the credentials of profile default may not call health:DescribeAffectedEntities; allow health:DescribeAffectedEntities in their policy; docs/iam-policy.json lists all that is needed")
	if told.of("a").Reason != "Text." {
		t.Errorf("%+v", told.last)
	}
}

func TestTheOtherRegionHelpsOutWithTexts(t *testing.T) {
	s := serve(t)
	s.both(issue("a", 10))
	s.write(arn("a"), "Text.")
	s.breakDown("us-east-1 DescribeEventDetails", refuse("ThrottlingException"))
	w := s.watch()
	told, _ := look(t, w)
	if told.of("a").Reason != "Text." {
		t.Errorf("%+v", told.of("a"))
	}
}

func TestManyResourcesAreReadPageByPageUpToALimit(t *testing.T) {
	s := serve(t)
	s.both(issue("few", 1), issue("over", 1, closed(2)))
	for i := range 250 {
		s.entities = append(s.entities, fields{"eventArn": arn("few"), "entityValue": fmt.Sprintf("i-%04d", i)})
	}
	told, err := look(t, s.watch())
	if err != nil || len(told.detail(t, "few").Entities) != 250 {
		t.Fatalf("%v", err)
	}
	calls := s.calls("DescribeAffectedEntities")
	if len(calls) != 3 || len(calls[0].body["filter"].(fields)["eventArns"].([]any)) != 1 {
		t.Errorf("asked %+v", calls)
	}
	for i := range 2000 {
		s.entities = append(s.entities, fields{"eventArn": arn("few"), "entityValue": fmt.Sprintf("j-%04d", i)})
	}
	if told, err = look(t, s.watch()); err != nil || len(told.detail(t, "few").Entities) != entityPages*pageSize {
		t.Errorf("%d resources, %v", len(told.detail(t, "few").Entities), err)
	}
}

// TestPlansAndNoticesNameTheirResourcesOnceAVersion counts the calls: the API
// throttles who asks often, and plans are many and change seldom.
func TestPlansAndNoticesNameTheirResourcesOnceAVersion(t *testing.T) {
	s := serve(t)
	plan := fields{"eventTypeCategory": "scheduledChange", "statusCode": "upcoming", "eventScopeCode": "ACCOUNT_SPECIFIC"}
	notice := fields{"eventTypeCategory": "accountNotification", "eventScopeCode": "ACCOUNT_SPECIFIC"}
	public := fields{"eventTypeCategory": "scheduledChange", "eventScopeCode": "PUBLIC"}
	s.both(issue("plan", 60, plan), issue("begun", 60, plan, fields{"statusCode": "open"}), issue("notice", 60, notice),
		issue("public", 60, public), issue("done", 60, notice, closed(5)))
	for _, name := range []string{"plan", "begun", "notice", "public", "done"} {
		s.write(arn(name), "Text.")
		s.entities = append(s.entities, fields{"eventArn": arn(name), "entityValue": "i-" + name, "statusCode": "PENDING"})
	}
	w := s.watch()
	expect := func(step string, arns int, named ...string) {
		t.Helper()
		told, err := look(t, w)
		if err != nil {
			t.Fatalf("%s: %v", step, err)
		}
		asked := 0
		for _, c := range s.calls("DescribeAffectedEntities") {
			asked += len(c.body["filter"].(fields)["eventArns"].([]any))
		}
		if asked != arns {
			t.Errorf("%s: asked for the resources of %d events, want %d", step, asked, arns)
		}
		for _, name := range []string{"plan", "begun", "notice", "public", "done"} {
			if got := len(told.detail(t, name).Entities) == 1; got != slices.Contains(named, name) {
				t.Errorf("%s: %s names its resource: %v", step, name, got)
			}
		}
	}
	expect("all are new", 3, "plan", "begun", "notice")
	expect("nothing changed", 0, "plan", "begun", "notice")
	s.mu.Lock()
	for _, list := range s.regions {
		list[0] = issue("plan", 2, plan)
	}
	s.mu.Unlock()
	expect("one changed", 1, "plan", "begun", "notice")
}

func TestManyPlansAreReadAFewALook(t *testing.T) {
	s := serve(t)
	for i := range 2*plansPerLook + 5 {
		name := fmt.Sprint("plan", i)
		s.both(issue(name, 60, fields{"eventTypeCategory": "scheduledChange", "eventScopeCode": "ACCOUNT_SPECIFIC"}))
		s.write(arn(name), "Text.")
	}
	w := s.watch()
	for pass, want := range []int{plansPerLook / batchSize, plansPerLook / batchSize, 1, 0} {
		if _, err := look(t, w); err != nil {
			t.Fatal(err)
		}
		if calls := s.calls("DescribeAffectedEntities"); len(calls) != want {
			t.Errorf("pass %d made %d calls, want %d", pass, len(calls), want)
		}
	}
}

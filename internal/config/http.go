package config

// checkHTTP looks at what only probes of http and https URLs have.
func (r *reader) checkHTTP(path string, p *Probe) {
	r.checkStatus(path+".expect.status", p.Expect.Status)
	if p.Method == "HEAD" && p.Expect.Body != "" {
		r.wrong(path+".expect.body", "an answer to HEAD has no body, so nothing can be expected of it; take this away, or use GET")
	}
	if p.Version != "" && p.Version != "2" {
		r.wrong(path+".version", "HTTP %s cannot be asked for; write 2, or take this away for HTTP/1.1", quote(p.Version))
	}
}

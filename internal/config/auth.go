package config

import "strings"

// Auth is how a probe shows who it is, by one of three ways.
type Auth struct {
	User     Secret   `yaml:"user,omitempty" doc:"The user name; may be a reference." example:"probes"`
	Password Secret   `yaml:"password,omitempty" doc:"The password, as a reference." example:"${env:SHOP_PASSWORD}"`
	Token    Secret   `yaml:"token,omitempty" doc:"What is sent as Authorization: Bearer, as a reference." example:"${file:/run/secrets/shop-token}"`
	Client   Secret   `yaml:"client,omitempty" doc:"The client by whose name tokens are asked for; may be a reference." example:"warroom"`
	Secret   Secret   `yaml:"secret,omitempty" doc:"The client's secret, as a reference." example:"${env:SHOP_CLIENT_SECRET}"`
	URL      string   `yaml:"url,omitempty" doc:"Where tokens are given." example:"https://login.example.com/oauth2/token"`
	Scopes   []string `yaml:"scopes,omitempty" doc:"What the tokens are to be good for." example:"[health.read]"`
}

// checkAuth looks whether one of the three ways is given, and as a whole.
func (r *reader) checkAuth(path string, p *Probe) {
	a := &p.Auth
	if !r.given(path) {
		return
	}
	byUser, byToken := !a.User.IsZero() || !a.Password.IsZero(), !a.Token.IsZero()
	byClient := !a.Client.IsZero() || !a.Secret.IsZero() || a.URL != "" || len(a.Scopes) > 0
	switch {
	case byUser && (byToken || byClient) || byToken && byClient:
		r.wrong(path, "there are two ways here to show who it is; keep user and password, or token, or client, secret and url")
	case byUser && (a.User.IsZero() || a.Password.IsZero()):
		r.wrong(path, "a user has a password, and a password a user; write both")
	case byClient && (a.Client.IsZero() || a.Secret.IsZero() || a.URL == ""):
		r.wrong(path, "a client is given tokens for its secret, at a url; write all three: client, secret and url")
	}
	for name := range p.Headers {
		if strings.EqualFold(name, "Authorization") {
			r.wrong(path, "this and the header %s are two ways to show who it is; keep one", name)
		}
	}
	for _, secret := range []struct {
		key   string
		value Secret
	}{{"password", a.Password}, {"token", a.Token}, {"secret", a.Secret}} {
		at := path + "." + secret.key
		if strings.Trim(secret.value.literal(), referenceMark) != "" {
			r.secretHere(at, secret.value, "a secret "+elsewhereSecret)
		} else if hasControl(secret.value.Reveal()) {
			r.wrong(at, "a secret is one line of text, and this one has a line break or control character")
		}
	}
	if a.URL != "" {
		u, wrong := parseURL(a.URL)
		if wrong == "" && u.Scheme != "https" && u.Scheme != "http" {
			wrong = "tokens are given at an https URL; write it like https://login.example.com/oauth2/token"
		}
		if wrong != "" {
			r.wrong(path+".url", "%s", wrong)
			return
		}
		r.checkQuery(path+".url", Literal(a.URL), "tokens are given for client and secret")
	}
}

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/alecthomas/kong"
	"golang.org/x/net/idna"

	"atelier/models"
)

// Config is how a chapter is run. A flag beats its variable, a variable the
// configuration file. The tag "of" names the commands that heed an option.
type Config struct {
	File string `name:"config" env:"ATELIER_CONFIG" placeholder:"FILE" help:"Read options from a TOML file; they are named as the flags are."`

	Domain        string `env:"ATELIER_DOMAIN" default:"localhost:8080" placeholder:"HOST" help:"Host, and port if it is not the scheme's own, in ids and handles. It cannot change once the chapter is open (${default})."`
	AccountDomain string `env:"ATELIER_ACCOUNT_DOMAIN" placeholder:"HOST" help:"The part after @ in handles, if it is not the domain."`
	Scheme        string `env:"ATELIER_SCHEME" placeholder:"SCHEME" help:"Scheme in ids: https, or http if the domain is a loopback name."`
	Listen        string `env:"ATELIER_LISTEN" of:"serve doctor demo" default:"127.0.0.1:8080" placeholder:"ADDRESS" help:"Where to serve (${default})."`
	TLS           string `name:"tls" env:"ATELIER_TLS" default:"off" placeholder:"off|auto|CERT,KEY" help:"Encryption: off behind a proxy, auto for certificates by ACME, or two files (${default})."`

	TrustedProxies []string `env:"ATELIER_TRUSTED_PROXIES" of:"serve" placeholder:"NETWORK" help:"Networks whose forwarded headers count."`

	Data     string `env:"ATELIER_DATA" default:"./atelier-data" placeholder:"FOLDER" help:"Folder of the default database and media (${default})."`
	Database string `env:"ATELIER_DATABASE" placeholder:"ADDRESS" help:"sqlite:FILE or postgres://... (sqlite:DATA/atelier.db)."`
	Media    string `env:"ATELIER_MEDIA" of:"serve backup restore doctor" placeholder:"PLACE" help:"A folder, or s3://BUCKET?endpoint=... with keys from the usual AWS variables (DATA/media)."`

	SealingKey string `env:"ATELIER_SEALING_KEY" of:"serve" placeholder:"FILE" help:"The key that seals what the database must not tell by itself; made if it is not there. Nodes of one chapter share it (DATA/sealing.key)."`

	AllowPeers []string `env:"ATELIER_ALLOW_PEERS" of:"serve doctor" placeholder:"NETWORK" help:"Networks that outgoing requests may reach although they are not public, such as 127.0.0.0/8."`
	RateLimits string   `env:"ATELIER_RATE_LIMITS" of:"serve" default:"on" enum:"on,off" placeholder:"on|off" help:"Off is for load tests on a loopback name (${default})."`

	SMTP string `name:"smtp" env:"ATELIER_SMTP" of:"serve doctor" placeholder:"ADDRESS" help:"Where letters are handed in: smtp://user:password@host:port, or smtps://. Without it they wait, and stewards can pass their links on."`

	MetricsListen string `env:"ATELIER_METRICS_LISTEN" of:"serve" placeholder:"ADDRESS" help:"Serve Prometheus metrics and pprof there."`

	LogLevel  string `env:"ATELIER_LOG_LEVEL" of:"serve" default:"info" enum:"debug,info,warn,error" placeholder:"debug|info|warn|error" help:"How much to log (${default})."`
	LogFormat string `env:"ATELIER_LOG_FORMAT" of:"serve" default:"text" enum:"text,json" placeholder:"text|json" help:"How to log: json for machines (${default})."`

	// What settle makes of it.
	urls    models.URLs
	proxies []netip.Prefix
	peers   []netip.Prefix
	level   slog.Level
	mail    *smtpServer // nil: letters wait
}

// settle checks the configuration and fills in what follows from the rest.
func (c *Config) settle() error {
	var err error
	if c.Domain, err = host("--domain", c.Domain); err != nil {
		return err
	}
	if c.AccountDomain != "" {
		if c.AccountDomain, err = host("--account-domain", c.AccountDomain); err != nil {
			return err
		}
	}
	if err := c.settleScheme(); err != nil {
		return err
	}
	c.urls = models.NewURLs(c.Scheme, c.Domain, c.AccountDomain)
	if c.RateLimits == "off" && !loopback(c.Domain) {
		return fmt.Errorf("--rate-limits=off is for load tests: %s is a public name", c.Domain)
	}
	if c.TLS != "off" && c.Scheme == "http" {
		return fmt.Errorf("--tls=%s needs --scheme=https", c.TLS)
	}
	if c.TLS != "off" && c.TLS != "auto" && len(strings.Split(c.TLS, ",")) != 2 {
		return fmt.Errorf("--tls is off, auto, or a certificate and a key file with a comma between them, not %q", c.TLS)
	}
	if c.TLS == "auto" && strings.Contains(c.Domain, ":") {
		return fmt.Errorf("--tls=auto needs a domain without a port, not %s: certificates are given for port 443", c.Domain)
	}
	if c.proxies, err = networks("--trusted-proxies", c.TrustedProxies); err != nil {
		return err
	}
	if c.peers, err = networks("--allow-peers", c.AllowPeers); err != nil {
		return err
	}
	if c.SMTP != "" {
		if c.mail, err = parseSMTP(c.SMTP, c.urls.AccountDomain); err != nil {
			return err
		}
	}
	if c.Database == "" {
		c.Database = "sqlite:" + filepath.Join(c.Data, "atelier.db")
	}
	if c.SealingKey == "" {
		c.SealingKey = filepath.Join(c.Data, "sealing.key")
	}
	if c.Media == "" {
		c.Media = filepath.Join(c.Data, "media")
	}
	return c.level.UnmarshalText([]byte(c.LogLevel))
}

func (c *Config) settleScheme() error {
	switch {
	case c.Scheme == "" && loopback(c.Domain) && c.TLS == "off":
		c.Scheme = "http"
	case c.Scheme == "":
		c.Scheme = "https"
	case c.Scheme != "http" && c.Scheme != "https":
		return fmt.Errorf("--scheme is https or http, not %q", c.Scheme)
	case c.Scheme == "http" && !loopback(c.Domain):
		return fmt.Errorf("--scheme=http is for loopback names: %s needs https (a proxy may do it, with --tls=off)", c.Domain)
	}
	return nil
}

// host brings a host with an optional port into the one form that is compared.
func host(flag, s string) (string, error) {
	u, err := url.Parse("//" + s)
	if err != nil || u.Host != s || u.Hostname() == "" {
		return "", fmt.Errorf("%s is a host and, if need be, a port, not %q", flag, s)
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return strings.ToLower(s), nil
	}
	name, err := idna.Lookup.ToASCII(u.Hostname())
	if err != nil {
		return "", fmt.Errorf("%s: %q is no name of a host", flag, s)
	}
	if u.Port() != "" {
		name += ":" + u.Port()
	}
	return name, nil
}

// loopback says whether a host, with or without port, is this very machine by
// its name.
func loopback(host string) bool {
	u, err := url.Parse("//" + host)
	if err != nil {
		return false
	}
	name := u.Hostname()
	if a, err := netip.ParseAddr(name); err == nil {
		return a.IsLoopback()
	}
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// networks reads networks, and single addresses.
func networks(flag string, list []string) (out []netip.Prefix, err error) {
	for _, s := range list {
		p, err := netip.ParsePrefix(s)
		if a, addressErr := netip.ParseAddr(s); addressErr == nil {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %q is no network, such as 10.0.0.0/8", flag, s)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

// logger logs as configured.
func (r *run) logger() *slog.Logger {
	o := &slog.HandlerOptions{Level: r.level}
	if r.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(r.stderr, o))
	}
	return slog.New(slog.NewTextHandler(r.stderr, o))
}

// fileResolver reads options from the file that --config or ATELIER_CONFIG
// names.
type fileResolver struct {
	read   bool
	values map[string]any
}

// Validate implements kong.Resolver.
func (f *fileResolver) Validate(*kong.Application) error { return nil }

// Resolve implements kong.Resolver.
func (f *fileResolver) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if flag.Name == "config" || flag.Name == "help" {
		return nil, nil
	}
	v, there := f.values[flag.Name]
	if !there {
		return nil, nil
	}
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil
		}
	}
	if list, ok := v.([]any); ok {
		return joined(list), nil
	}
	return fmt.Sprint(v), nil
}

func joined(list []any) string {
	var words []string
	for _, v := range list {
		words = append(words, fmt.Sprint(v))
	}
	return strings.Join(words, ",")
}

// load reads the file, before kong asks for options: what is wrong with the
// file is not the fault of the first of them.
func (f *fileResolver) load(k *kong.Context) error {
	if f.read {
		return nil
	}
	f.read = true
	name := configFile(k)
	if name == "" {
		return nil
	}
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the configuration file %s is not there", name)
	}
	if err != nil {
		return fmt.Errorf("read the configuration file: %w", err)
	}
	if err := toml.Unmarshal(text, &f.values); err != nil {
		return fmt.Errorf("the configuration file %s: %w", name, err)
	}
	return f.check(k, name)
}

// check refuses options that are none: a slip of the pen must not pass for a
// setting.
func (f *fileResolver) check(k *kong.Context, file string) error {
	known := map[string]bool{}
	for _, flag := range k.Model.Flags {
		known[flag.Name] = flag.Name != "config" && flag.Name != "help"
	}
	for name := range f.values {
		if !known[name] {
			return fmt.Errorf("the configuration file %s: there is no option %q", file, name)
		}
	}
	return nil
}

func configFile(k *kong.Context) string {
	for _, flag := range k.Model.Flags {
		if flag.Name == "config" {
			name, _ := k.FlagValue(flag).(string)
			return name
		}
	}
	return ""
}

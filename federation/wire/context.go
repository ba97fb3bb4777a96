package wire

import "strings"

// term is a name beyond ActivityStreams that our documents use.
type term struct {
	name string
	def  string // JSON; "" if the prefix says it all
}

// prefixes are the vocabularies that terms belong to.
var prefixes = [...]term{
	{"atelier", `"` + Namespace + `"`},
	{"fep044f", `"https://w3id.org/fep/044f#"`},
	{"gts", `"https://gotosocial.org/ns#"`},
	{"lemmy", `"https://join-lemmy.org/ns#"`},
	{"litepub", `"http://litepub.social/ns#"`},
	{"misskey", `"https://misskey-hub.net/ns#"`},
	{"ostatus", `"http://ostatus.org#"`},
	{"pt", `"https://joinpeertube.org/ns#"`},
	{"schema", `"http://schema.org#"`},
	{"sec", `"https://w3id.org/security#"`},
	{"toot", `"http://joinmastodon.org/ns#"`},
}

func link(iri string) string   { return `{"@id":"` + iri + `","@type":"@id"}` }
func links2(iri string) string { return `{"@id":"` + iri + `","@container":"@set","@type":"@id"}` }

// terms are all names that we use, each with its one definition. A document
// defines inline those that it uses: nobody has to fetch a context of ours,
// and strict readers understand what plain ones take by name.
var terms = [...]term{
	{"AnnounceAuthorization", `"gts:AnnounceAuthorization"`},
	{"AnnounceRequest", `"gts:AnnounceRequest"`},
	{"Emoji", `"toot:Emoji"`},
	{"Hashtag", `"as:Hashtag"`},
	{"LikeAuthorization", `"gts:LikeAuthorization"`},
	{"LikeRequest", `"gts:LikeRequest"`},
	{"Lock", `"lemmy:Lock"`},
	{"Multikey", `"sec:Multikey"`},
	{"PropertyValue", `"schema:PropertyValue"`},
	{"QuoteAuthorization", `"fep044f:QuoteAuthorization"`},
	{"QuoteRequest", `"fep044f:QuoteRequest"`},
	{"ReplyAuthorization", `"gts:ReplyAuthorization"`},
	{"ReplyRequest", `"gts:ReplyRequest"`},
	{"_misskey_quote", `"misskey:_misskey_quote"`},
	{"alsoKnownAs", links2("as:alsoKnownAs")},
	{"approvedBy", link("gts:approvedBy")},
	{"assertionMethod", links2("sec:assertionMethod")},
	{"atelier:acceptedAnswer", link("atelier:acceptedAnswer")},
	{"atelier:adaptedFrom", link("atelier:adaptedFrom")},
	{"atelier:basedOn", link("atelier:basedOn")},
	{"atelier:confidentiality", ""},
	{"atelier:contributor", links2("atelier:contributor")},
	{"atelier:kind", ""},
	{"atelier:library", link("atelier:library")},
	{"atelier:licence", link("atelier:licence")},
	{"atelier:outcome", ""},
	{"atelier:review", ""},
	{"atelier:sections", `{"@id":"atelier:sections","@container":"@list"}`},
	{"atelier:theme", links2("atelier:theme")},
	{"atelier:tried", link("atelier:tried")},
	{"attributionDomains", `{"@id":"toot:attributionDomains","@container":"@set"}`},
	{"automaticApproval", links2("gts:automaticApproval")},
	{"blurhash", `"toot:blurhash"`},
	{"canAnnounce", link("gts:canAnnounce")},
	{"canLike", link("gts:canLike")},
	{"canQuote", link("gts:canQuote")},
	{"canReply", link("gts:canReply")},
	{"controller", link("sec:controller")},
	{"conversation", `"ostatus:conversation"`},
	{"directMessage", `"litepub:directMessage"`},
	{"discoverable", `"toot:discoverable"`},
	{"featured", link("toot:featured")},
	{"featuredTags", link("toot:featuredTags")},
	{"focalPoint", `{"@id":"toot:focalPoint","@container":"@list"}`},
	{"history", link("https://w3id.org/fep/bad1#history")},
	{"implements", links2("https://w3id.org/fep/844e#implements")},
	{"indexable", `"toot:indexable"`},
	{"interactingObject", link("gts:interactingObject")},
	{"interactionPolicy", link("gts:interactionPolicy")},
	{"interactionTarget", link("gts:interactionTarget")},
	{"manualApproval", links2("gts:manualApproval")},
	{"manuallyApprovesFollowers", `"as:manuallyApprovesFollowers"`},
	{"memorial", `"toot:memorial"`},
	{"movedTo", link("as:movedTo")},
	{"postingRestrictedToMods", `"lemmy:postingRestrictedToMods"`},
	{"publicKeyMultibase", `{"@id":"sec:publicKeyMultibase","@type":"sec:multibase"}`},
	{"quote", link("fep044f:quote")},
	{"quoteAuthorization", link("fep044f:quoteAuthorization")},
	{"quoteUri", `"http://fedibird.com/ns#quoteUri"`},
	{"quoteUrl", `"as:quoteUrl"`},
	{"replyAuthorization", link("gts:replyAuthorization")},
	{"sensitive", `"as:sensitive"`},
	{"suspended", `"toot:suspended"`},
	{"value", `"schema:value"`},
	{"votersCount", `"toot:votersCount"`},
	{"webfinger", `"https://purl.archive.org/socialweb/webfinger#webfinger"`},
}

// termIndex says where a term is, needs which prefixes it is written with.
var termIndex, needs = func() (map[string]int, [len(terms)][len(prefixes)]bool) {
	index := make(map[string]int, len(terms))
	var needs [len(terms)][len(prefixes)]bool
	for i, t := range terms {
		index[t.name] = i
		for j, p := range prefixes {
			needs[i][j] = strings.Contains(t.def, `"`+p.name+`:`) || strings.HasPrefix(t.name, p.name+":")
		}
	}
	return index, needs
}()

const (
	streamsContext  = "https://www.w3.org/ns/activitystreams"
	securityContext = "https://w3id.org/security/v1"
	proofContext    = "https://w3id.org/security/data-integrity/v1"
)

// document returns what was written, with the context that it needs: first
// the plain address of ActivityStreams, which peers look for, then those of
// the security vocabularies for a key or a proof, then our definitions.
func (w *writer) document(provable bool) []byte {
	out := make([]byte, 0, len(w.buf)+1024)
	out = append(out, `{"@context":["`+streamsContext+`"`...)
	if w.keyed {
		out = append(out, `,"`+securityContext+`"`...)
	}
	if provable {
		out = append(out, `,"`+proofContext+`"`...)
	}
	out = appendDefinitions(out, w.used)
	out = append(out, "],"...)
	return append(out, w.buf[1:]...)
}

// appendDefinitions appends the context object for the terms that are used.
func appendDefinitions(out []byte, used [len(terms)]bool) []byte {
	var prefixed [len(prefixes)]bool
	any := false
	for i, is := range used {
		if !is {
			continue
		}
		any = true
		for j, is := range needs[i] {
			prefixed[j] = prefixed[j] || is
		}
	}
	if !any {
		return out
	}
	sep := `,{"`
	add := func(t term) {
		if t.def == "" {
			return
		}
		out = append(out, sep...)
		out = append(out, t.name...)
		out = append(out, `":`...)
		out = append(out, t.def...)
		sep = `,"`
	}
	for j, is := range prefixed {
		if is {
			add(prefixes[j])
		}
	}
	for i, is := range used {
		if is {
			add(terms[i])
		}
	}
	return append(out, '}')
}

// ContextDocument is the JSON-LD context of everything that we send. It is
// served for readers who look; no document of ours refers to it.
func ContextDocument() []byte {
	var all [len(terms)]bool
	for i := range all {
		all[i] = true
	}
	out := []byte(`{"@context":["` + streamsContext + `","` + securityContext + `"`)
	return append(appendDefinitions(out, all), `]}`...)
}

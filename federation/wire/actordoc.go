package wire

import (
	"atelier/models"

	"github.com/go-fed/activity/streams"
	"github.com/go-fed/activity/streams/vocab"
)

// ActorContext is a local account and what its document needs from elsewhere.
type ActorContext struct {
	Account *models.Account
	// Domains are the sites whose pages may name the account as author.
	Domains []string
	// ModsOnly says that only moderators may post to this Group.
	ModsOnly bool
}

// rfc9421 is what we can do beyond draft-cavage signatures (FEP-844e).
var rfc9421 = map[string]any{"href": "https://datatracker.ietf.org/doc/html/rfc9421", "name": "RFC-9421: HTTP Message Signatures"}

// actor is what go-fed's five types of actor have in common.
type actor interface {
	object
	SetActivityStreamsFollowers(vocab.ActivityStreamsFollowersProperty)
	SetActivityStreamsFollowing(vocab.ActivityStreamsFollowingProperty)
	SetActivityStreamsGenerator(vocab.ActivityStreamsGeneratorProperty)
	SetActivityStreamsInbox(vocab.ActivityStreamsInboxProperty)
	SetActivityStreamsOutbox(vocab.ActivityStreamsOutboxProperty)
	SetActivityStreamsManuallyApprovesFollowers(vocab.ActivityStreamsManuallyApprovesFollowersProperty)
	SetActivityStreamsPreferredUsername(vocab.ActivityStreamsPreferredUsernameProperty)
	SetTootDiscoverable(vocab.TootDiscoverableProperty)
	SetTootFeatured(vocab.TootFeaturedProperty)
	SetW3IDSecurityV1PublicKey(vocab.W3IDSecurityV1PublicKeyProperty)
}

func newActor(t models.ActorType) actor {
	switch t {
	case models.Group:
		return streams.NewActivityStreamsGroup()
	case models.Service:
		return streams.NewActivityStreamsService()
	case models.Application:
		return streams.NewActivityStreamsApplication()
	case models.Organization:
		return streams.NewActivityStreamsOrganization()
	}
	return streams.NewActivityStreamsPerson()
}

// Actor is the document of a local account: member, chapter, theme, or the
// server itself.
func (e Encoder) Actor(c ActorContext) Document {
	a := c.Account
	o := newActor(a.Type)
	setID(o, a.URI)
	setName(o, a)
	e.setAddresses(o, a)
	setKeys(o, a)
	setChoices(o, a)
	setTime(o, "published", a.CreatedAt)
	setTime(o, "updated", a.UpdatedAt)
	set(o, "webfinger", e.URLs.Handle(a.Username))
	setList(o, "alsoKnownAs", a.AlsoKnownAs)
	set(o, "movedTo", a.MovedTo)
	if !a.Suspended() {
		e.setProfile(o, a)
		setList(o, "attributionDomains", c.Domains)
	}
	switch a.Type {
	case models.Group:
		o.GetUnknownProperties()["postingRestrictedToMods"] = c.ModsOnly
		o.SetActivityStreamsAttributedTo(iris(streams.NewActivityStreamsAttributedToProperty(), e.URLs.Moderators(a.URI)))
		set(o, "atelier:library", e.URLs.Library(a.URI))
	case models.Application:
		o.GetUnknownProperties()["implements"] = []any{rfc9421}
	}
	if a.Type != models.Application {
		setGenerator(o)
	}
	return Document{typed: o, id: a.URI}
}

// setName sets how the account is called. A suspended one has no more than
// its username.
func setName(o actor, a *models.Account) {
	username := streams.NewActivityStreamsPreferredUsernameProperty()
	username.SetXMLSchemaString(a.Username)
	o.SetActivityStreamsPreferredUsername(username)
	name, bio := a.Label(), a.BioHTML
	if a.Suspended() {
		name, bio = a.Username, ""
	}
	o.SetActivityStreamsName(words(streams.NewActivityStreamsNameProperty(), name))
	o.SetActivityStreamsSummary(words(streams.NewActivityStreamsSummaryProperty(), bio))
}

// setAddresses sets where the account and its collections are.
func (e Encoder) setAddresses(o actor, a *models.Account) {
	page := a.URL
	if page == "" {
		page = e.URLs.AccountPage(a.URI, a.Username)
	}
	o.SetActivityStreamsUrl(iris(streams.NewActivityStreamsUrlProperty(), page))
	o.SetActivityStreamsInbox(at(streams.NewActivityStreamsInboxProperty(), e.URLs.Inbox(a.URI)))
	o.SetActivityStreamsOutbox(at(streams.NewActivityStreamsOutboxProperty(), e.URLs.Outbox(a.URI)))
	if a.Type != models.Application { // the server follows relays only, and nobody follows it
		o.SetActivityStreamsFollowers(at(streams.NewActivityStreamsFollowersProperty(), e.URLs.Followers(a.URI)))
		o.SetActivityStreamsFollowing(at(streams.NewActivityStreamsFollowingProperty(), e.URLs.Following(a.URI)))
		o.SetTootFeatured(at(streams.NewTootFeaturedProperty(), e.URLs.Featured(a.URI)))
		set(o, "featuredTags", e.URLs.FeaturedTags(a.URI))
	}
	o.GetUnknownProperties()["endpoints"] = map[string]any{"sharedInbox": e.URLs.SharedInbox()}
}

// setKeys sets the RSA key, which everybody can verify, and the Ed25519 one
// (FEP-521a).
func setKeys(o actor, a *models.Account) {
	if a.PublicKey != "" {
		key := streams.NewW3IDSecurityV1PublicKey()
		setID(key, a.KeyID)
		owner := streams.NewW3IDSecurityV1OwnerProperty()
		owner.SetIRI(iri(a.URI))
		key.SetW3IDSecurityV1Owner(owner)
		pem := streams.NewW3IDSecurityV1PublicKeyPemProperty()
		pem.Set(a.PublicKey)
		key.SetW3IDSecurityV1PublicKeyPem(pem)
		keys := streams.NewW3IDSecurityV1PublicKeyProperty()
		keys.AppendW3IDSecurityV1PublicKey(key)
		o.SetW3IDSecurityV1PublicKey(keys)
	}
	if a.EdKey != "" {
		o.GetUnknownProperties()["assertionMethod"] = []any{map[string]any{
			"id": a.EdKeyID, "type": "Multikey", "controller": a.URI, "publicKeyMultibase": a.EdKey,
		}}
	}
}

// setChoices sets what the account decided about itself, or others about it.
func setChoices(o actor, a *models.Account) {
	locked := streams.NewActivityStreamsManuallyApprovesFollowersProperty()
	locked.Set(a.Locked)
	o.SetActivityStreamsManuallyApprovesFollowers(locked)
	discoverable := streams.NewTootDiscoverableProperty()
	discoverable.Set(a.Discoverable)
	o.SetTootDiscoverable(discoverable)
	o.GetUnknownProperties()["indexable"] = a.Indexable
	o.GetUnknownProperties()["memorial"] = a.Memorial
	set(o, "suspended", a.Suspended())
}

// setProfile sets pictures, facts and emojis.
func (e Encoder) setProfile(o actor, a *models.Account) {
	if !a.Avatar.Empty() {
		icon := picture(e.media(a.Avatar.Key, a.Avatar.Remote), a.Avatar.Type, a.Avatar.Description)
		o.SetActivityStreamsIcon(parts(streams.NewActivityStreamsIconProperty(), icon))
	}
	if !a.Header.Empty() {
		header := picture(e.media(a.Header.Key, a.Header.Remote), a.Header.Type, a.Header.Description)
		o.SetActivityStreamsImage(parts(streams.NewActivityStreamsImageProperty(), header))
	}
	attachment := streams.NewActivityStreamsAttachmentProperty()
	for _, f := range a.Fields {
		p := as(streams.NewActivityStreamsObject(), "PropertyValue")
		p.SetActivityStreamsName(words(streams.NewActivityStreamsNameProperty(), f.Name))
		set(p, "value", f.HTML)
		attachment.AppendActivityStreamsObject(p)
	}
	o.SetActivityStreamsAttachment(attachment)
	tag := streams.NewActivityStreamsTagProperty()
	e.appendEmojis(tag, a.Emojis)
	o.SetActivityStreamsTag(tag)
}

func setGenerator(o actor) {
	app := streams.NewActivityStreamsApplication()
	app.SetActivityStreamsName(words(streams.NewActivityStreamsNameProperty(), "Atelier"))
	app.GetUnknownProperties()["implements"] = []any{rfc9421}
	o.SetActivityStreamsGenerator(parts(streams.NewActivityStreamsGeneratorProperty(), app))
}

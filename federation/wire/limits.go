package wire

import "atelier/models"

// What is read of one document. Lists beyond their limit are cut, except
// those of recipients: a shorter audience would be another one.
const (
	MaxDocument    = 1 << 20 // bytes
	MaxDepth       = 40      // objects and arrays within each other
	MaxURI         = 2048    // bytes of an id
	MaxRecipients  = 1000    // each of to, cc and audience
	MaxObjects     = 500     // of one activity (a Flag, a bundle of votes)
	MaxItems       = 1000    // of one collection page
	MaxTags        = 200     // hashtags, mentions, emojis and links together
	MaxAttachments = 32
	MaxOptions     = 100 // of a poll
	MaxFields      = 50  // of a profile
	MaxAliases     = 256 // alsoKnownAs
	MaxDomains     = 256 // attributionDomains
	MaxKeys        = 10  // of an actor, each kind
	MaxLanguages   = 32  // of a contentMap
	MaxName        = 2048
	MaxUsername    = 512
	MaxAltText     = 10000
	MaxSections    = 50
)

// The reasons why a document is not read. All are *models.Error.
var (
	ErrTooLarge    = models.Errorf(models.TooLarge, "The document is larger than %d bytes.", MaxDocument)
	ErrTooDeep     = models.Errorf(models.Malformed, "The document is nested deeper than %d levels.", MaxDepth)
	ErrSyntax      = models.Errorf(models.Malformed, "The document is not a JSON object.")
	ErrTwice       = models.Errorf(models.Malformed, "The document has a member twice.")
	ErrID          = models.Errorf(models.Malformed, "The document's id is not one http address.")
	ErrType        = models.Errorf(models.Malformed, "The document does not say what type it is.")
	ErrActor       = models.Errorf(models.Malformed, "The activity does not name one actor.")
	ErrObject      = models.Errorf(models.Malformed, "The activity does not say what it is about.")
	ErrAuthor      = models.Errorf(models.Malformed, "The post does not say who wrote it.")
	ErrInbox       = models.Errorf(models.Malformed, "The actor has no inbox.")
	ErrUsername    = models.Errorf(models.Malformed, "The actor has no usable name.")
	ErrRecipients  = models.Errorf(models.TooMany, "The document is addressed to more than %d others.", MaxRecipients)
	ErrNotActivity = models.Errorf(models.Unsupported, "The document is not an activity.")
	ErrNotPost     = models.Errorf(models.Unsupported, "The document is not a post.")
	ErrNotActor    = models.Errorf(models.Unsupported, "The document is not an actor.")
	ErrNotList     = models.Errorf(models.Unsupported, "The document is not a collection.")
	ErrHygiene     = models.Errorf(models.Malformed, "The document uses @graph, @included or @reverse, which a proof does not cover.")
)

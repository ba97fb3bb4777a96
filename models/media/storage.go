// Package media takes in the files that people upload and that other servers
// attach: it decides by content what a file is, makes it safe and small, and
// keeps it in a folder or in S3-compatible storage.
//
// Of what was sent only the picture or the sound itself survives: images are
// decoded and encoded anew, films and sounds are copied stream by stream, so
// that places, names of cameras and whatever else was hidden in the file are
// gone. Keys are random, since whoever knows the key of a file may read it.
// The package knows nothing of accounts, posts or HTTP.
package media

import (
	"context"
	"crypto/rand"
	"io"
	"iter"
	"path"
	"regexp"
	"strings"
	"time"

	"atelier/models"
)

// Storage keeps files by key. Files do not change: a key is written once.
// All methods answer models.NotFound to a key that is none or has no file.
type Storage interface {
	// Put keeps the size bytes of r under key, all of them or none.
	Put(ctx context.Context, key string, r io.Reader, size int64) error

	// Open returns the file; the caller closes it. ctx holds until then.
	Open(ctx context.Context, key string) (*Object, error)

	// Delete removes the file, if it is there.
	Delete(ctx context.Context, key string) error

	// List goes through all files, in no order that means anything. It ends
	// with the first error.
	List(ctx context.Context) iter.Seq2[Info, error]

	// Check says whether the storage is there and can be used.
	Check(ctx context.Context) error
}

// Info is what is known of a file without reading it.
type Info struct {
	Key     string
	Size    int64 // bytes
	ModTime time.Time
}

// ContentType is the media type of the file, as told by its key.
func (i Info) ContentType() string { return ContentType(i.Key) }

// Object is an open file.
type Object struct {
	io.ReadSeekCloser
	Info
}

// NewStorage returns the storage at place: a folder, which is made if need be,
// or s3://BUCKET?endpoint=URL&region=NAME&prefix=PATH with the keys of the
// variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
func NewStorage(place string) (Storage, error) {
	if strings.HasPrefix(place, "s3://") {
		return newBucket(place)
	}
	return newFolder(place)
}

// NewKey returns a new key, which cannot be guessed, for a file of the given
// media type.
func NewKey(contentType string) string {
	name := strings.ToLower(rand.Text())
	return name[:2] + "/" + name[2:] + extensions[contentType]
}

// extensions are the endings of the media types that are kept.
var extensions = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif",
	"video/mp4": ".mp4", "video/webm": ".webm",
	"audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/ogg": ".ogg",
}

// ContentType returns the media type of the file with key; one that browsers
// only save if it is none that this package makes.
func ContentType(key string) string {
	ending := path.Ext(key)
	for contentType, e := range extensions {
		if e == ending {
			return contentType
		}
	}
	return "application/octet-stream"
}

// keyPattern is what a key looks like: nothing that means something else to a
// file system.
var keyPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)*(\.[a-z0-9]{1,8})?$`)

func validKey(key string) bool { return len(key) <= 200 && keyPattern.MatchString(key) }

var errNoFile = models.Errorf(models.NotFound, "There is no such file.")

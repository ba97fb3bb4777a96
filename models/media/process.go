package media

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/sync/semaphore"

	"atelier/models"
)

// The limits of uploads, which the client API tells.
const (
	MaxPictureBytes = 16 << 20
	MaxFilmBytes    = 99 << 20
	MaxPixels       = 25_000_000 // of a picture: what telephones make
	MaxFilmPixels   = 3840 * 2160
	MaxFrameRate    = 120 // pictures per second of a film
)

// Purpose is what a file is for, which decides its shape.
type Purpose string

// The purposes.
const (
	Attachment Purpose = "attachment" // a picture of up to 3840x2160 with a preview, a moving GIF, a film or a sound
	Avatar     Purpose = "avatar"     // a picture of up to 400x400, cut to a square
	Header     Purpose = "header"     // a picture of up to 1500x500, cut to that shape
)

// Processor makes uploads safe. It bounds how many are worked on at a time;
// others wait. Its methods may be called by many goroutines.
type Processor struct {
	pixels          *semaphore.Weighted // of the pictures in memory
	films           *semaphore.Weighted
	ffmpeg, ffprobe string // "" where films and sounds are not read
}

// NewProcessor returns a Processor that reads films and sounds if ffmpeg and
// ffprobe are on the path.
func NewProcessor() *Processor {
	p := &Processor{pixels: semaphore.NewWeighted(MaxPixels), films: semaphore.NewWeighted(1)}
	ffmpeg, err1 := exec.LookPath("ffmpeg")
	ffprobe, err2 := exec.LookPath("ffprobe")
	if err1 == nil && err2 == nil {
		p.ffmpeg, p.ffprobe = ffmpeg, ffprobe
	}
	return p
}

// Types are the media types that can be uploaded.
func (p *Processor) Types() []string {
	if p.ffmpeg == "" {
		return PictureTypes
	}
	return append(append([]string(nil), PictureTypes...), filmTypes...)
}

// Result is an upload made safe. It must be closed, and is only good until
// then.
type Result struct {
	Type     models.MediaType
	Original File
	Preview  File // empty where the original is small enough, or is a sound
	Blurhash string
	Meta     models.MediaMeta

	folder string // of temporary files
}

// File is one file of a Result.
type File struct {
	ContentType string // "" for no file
	Body        io.ReadSeeker
	Size        int64 // bytes
}

// Close removes what was kept of r for the time being.
func (r *Result) Close() error {
	if r.folder == "" {
		return nil
	}
	if f, ok := r.Original.Body.(io.Closer); ok {
		_ = f.Close()
	}
	return os.RemoveAll(r.folder)
}

// Process reads an upload and returns what of it is kept. A file of another
// kind than its purpose allows is Unsupported, one that is too large TooLarge,
// one that is broken or beyond another limit Invalid; each with a sentence for
// the person who sent it.
func (p *Processor) Process(ctx context.Context, r io.Reader, purpose Purpose) (*Result, error) {
	in := bufio.NewReader(reading{ctx, r})
	head, err := in.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read an upload: %w", err)
	}
	switch f := formatOf(head); {
	case f.picture():
		return p.picture(ctx, in, f, purpose)
	case f == noFormat || f == heicFormat || purpose != Attachment || p.ffmpeg == "":
		return nil, p.unsupported(f, purpose)
	default:
		return p.film(ctx, in, f)
	}
}

// unsupported says why a file of format f is not taken.
func (p *Processor) unsupported(f format, purpose Purpose) error {
	kinds := "This file is none of the kinds that can be shown here."
	switch {
	case f == heicFormat:
		kinds = "Pictures in the formats HEIC and AVIF cannot be read here."
	case f != noFormat && purpose != Attachment:
		kinds = "This has to be a picture."
	case f != noFormat:
		kinds = "This chapter takes no films or sounds, only pictures."
	}
	films := ""
	if purpose == Attachment && p.ffmpeg != "" {
		films = ", or send a film or a sound as MP4, WebM, MP3 or Ogg"
	}
	return models.Errorf(models.Unsupported, "%s Please send a picture as JPEG, PNG, WebP or GIF%s.", kinds, films).On("file")
}

// readAll reads a file of at most limit bytes.
func readAll(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read an upload: %w", err)
	}
	if int64(len(data)) > limit {
		return nil, tooLarge("picture", limit)
	}
	return data, nil
}

func tooLarge(what string, limit int64) error {
	return models.Errorf(models.TooLarge, "The %s is larger than %d MiB. Please send a smaller one.", what, limit>>20).On("file")
}

// Keep stores the files of r and returns what is to be remembered of them.
// Nothing stays in s if it fails.
func (r *Result) Keep(ctx context.Context, s Storage) (models.Media, error) {
	m := models.Media{Type: r.Type, State: models.MediaReady, ContentType: r.Original.ContentType, Blurhash: r.Blurhash, Meta: r.Meta, Size: r.Original.Size}
	var err error
	if m.Key, err = r.Original.keep(ctx, s); err != nil {
		return models.Media{}, err
	}
	switch {
	case r.Preview.ContentType != "":
		if m.PreviewKey, err = r.Preview.keep(ctx, s); err != nil {
			return models.Media{}, errors.Join(err, s.Delete(context.WithoutCancel(ctx), m.Key))
		}
	case strings.HasPrefix(r.Original.ContentType, "image/"):
		m.PreviewKey = m.Key
	}
	return m, nil
}

// keep stores f under a new key.
func (f File) keep(ctx context.Context, s Storage) (key string, err error) {
	if _, err := f.Body.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("keep an upload: %w", err)
	}
	key = NewKey(f.ContentType)
	return key, s.Put(ctx, key, f.Body, f.Size)
}

func newFile(contentType string, data []byte) File {
	return File{contentType, bytes.NewReader(data), int64(len(data))}
}

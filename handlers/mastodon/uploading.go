package mastodon

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"time"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/media"
	"atelier/models/store"
)

// maxUpload is how large an uploaded file may be, in bytes.
func (a *API) maxUpload() int64 {
	if len(a.Processor.Types()) > len(media.PictureTypes) {
		return media.MaxFilmBytes
	}
	return media.MaxPictureBytes
}

// processingFor is how long a file may be worked on; a node that stopped
// meanwhile will not finish it.
const processingFor = 20 * time.Minute

// mediaForm is what uploads take.
type mediaForm struct {
	File        *multipart.FileHeader `param:"file"`
	Thumbnail   *multipart.FileHeader `param:"thumbnail"`
	Description *string               `param:"description"`
	Focus       string                `param:"focus"`
}

// uploadMedia serves POST /api/v2/media: a picture is ready at once, a film or
// a sound is worked on after the answer (202).
func (a *API) uploadMedia(w http.ResponseWriter, r *http.Request) error {
	m, err := a.upload(w, r, false)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if m.State == models.MediaProcessing {
		status = http.StatusAccepted
	}
	write(w, status, encode(a.Render.media(m)))
	return nil
}

// uploadMediaAndWait serves POST /api/v1/media: the old upload answers when
// the file is ready.
func (a *API) uploadMediaAndWait(w http.ResponseWriter, r *http.Request) error {
	m, err := a.upload(w, r, true)
	if err != nil {
		return err
	}
	return reply(w, a.Render.media(m))
}

func (a *API) upload(w http.ResponseWriter, r *http.Request, wait bool) (*models.Media, error) {
	me, _, err := a.user(r, "write:media")
	if err != nil {
		return nil, err
	}
	var form mediaForm
	if err := a.decode(w, r, &form); err != nil {
		return nil, err
	}
	if r.MultipartForm != nil {
		defer r.MultipartForm.RemoveAll()
	}
	if form.File == nil {
		return nil, models.Errorf(models.Invalid, "Validation failed: File can't be blank")
	}
	t, err := mediaText(form.Description, form.Focus)
	if err != nil {
		return nil, err
	}
	ctx := r.Context()
	if !wait && form.Thumbnail == nil && isFilm(form.File) {
		return a.uploadLater(ctx, me, form.File, t)
	}
	f, err := form.File.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := a.keep(ctx, f, media.Attachment)
	if err != nil {
		return nil, err
	}
	if form.Thumbnail != nil {
		if err := a.addThumbnail(ctx, &m, form.Thumbnail); err != nil {
			return nil, err
		}
	}
	m.ID, m.CreatedAt = a.Store.NewID(), a.Store.Now()
	if err := a.describe(&m, t); err != nil {
		return nil, err
	}
	return &m, a.Chapter.AddMedia(ctx, me, &m)
}

func (a *API) describe(m *models.Media, t chapter.MediaText) error {
	m.Description = value(t.Description)
	if t.SetFocus {
		if t.FocusX < -1 || t.FocusX > 1 || t.FocusY < -1 || t.FocusY > 1 {
			return models.Errorf(models.Invalid, "Validation failed: A focus lies between -1 and 1")
		}
		m.Meta.FocusX, m.Meta.FocusY, m.Meta.HasFocus = t.FocusX, t.FocusY, true
	}
	return nil
}

// keep makes an upload safe and stores its files.
func (a *API) keep(ctx context.Context, r io.Reader, purpose media.Purpose) (models.Media, error) {
	res, err := a.Processor.Process(ctx, r, purpose)
	if err != nil {
		return models.Media{}, refused(err)
	}
	defer res.Close()
	return res.Keep(ctx, a.Media)
}

// refused makes a file that is not taken a broken rule: clients expect 422 for
// it, and show the sentence.
func refused(err error) error {
	if models.KindOf(err) == models.Unsupported {
		return models.Errorf(models.Invalid, "%s", models.Sentence(err)).Because(err)
	}
	return err
}

// addThumbnail gives a file the small picture that was sent with it.
func (a *API) addThumbnail(ctx context.Context, m *models.Media, file *multipart.FileHeader) error {
	f, err := file.Open()
	if err != nil {
		return err
	}
	defer f.Close()
	small, err := a.keep(ctx, f, media.Attachment)
	if err != nil {
		return err
	}
	if small.Type != models.Image {
		return models.Errorf(models.Invalid, "Validation failed: A thumbnail has to be a picture")
	}
	m.PreviewKey, m.Meta.PreviewWidth, m.Meta.PreviewHeight = small.PreviewKey, small.Meta.PreviewWidth, small.Meta.PreviewHeight
	if m.Blurhash == "" || m.Type != models.Image {
		m.Blurhash = small.Blurhash
	}
	return nil
}

// isFilm guesses by what the client says; what a file really is, is decided
// when it is read.
func isFilm(f *multipart.FileHeader) bool {
	t := f.Header.Get("Content-Type")
	return strings.HasPrefix(t, "video/") || strings.HasPrefix(t, "audio/")
}

// uploadLater stores the row of a file that is then worked on without the
// client waiting.
func (a *API) uploadLater(ctx context.Context, me *models.Account, file *multipart.FileHeader, t chapter.MediaText) (*models.Media, error) {
	in, err := file.Open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	kept, err := os.CreateTemp("", "atelier-upload-*")
	if err != nil {
		return nil, err
	}
	gone := func() {
		kept.Close()
		os.Remove(kept.Name())
	}
	if _, err := io.Copy(kept, in); err != nil {
		gone()
		return nil, err
	}
	m := &models.Media{ID: a.Store.NewID(), Type: models.Unknown, State: models.MediaProcessing, CreatedAt: a.Store.Now(), ContentType: file.Header.Get("Content-Type")}
	if strings.HasPrefix(m.ContentType, "video/") {
		m.Type = models.Video
	} else {
		m.Type = models.Audio
	}
	if err := a.describe(m, t); err != nil {
		gone()
		return nil, err
	}
	if err := a.Chapter.AddMedia(ctx, me, m); err != nil {
		gone()
		return nil, err
	}
	go func() {
		defer gone()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), processingFor)
		defer cancel()
		a.finish(ctx, me.ID, *m, kept)
	}()
	return m, nil
}

// finish works on an upload and stores how it went.
func (a *API) finish(ctx context.Context, accountID models.ID, m models.Media, file *os.File) {
	_, err := file.Seek(0, io.SeekStart)
	done := models.Media{}
	if err == nil {
		done, err = a.keep(ctx, file, media.Attachment)
	}
	if err != nil {
		done = models.Media{Type: m.Type, State: models.MediaFailed, ContentType: m.ContentType}
		slog.Info("an upload failed", "media", m.ID, "err", err)
	}
	done.ID, done.AccountID, done.CreatedAt = m.ID, accountID, m.CreatedAt
	done.Meta.FocusX, done.Meta.FocusY, done.Meta.HasFocus = m.Meta.FocusX, m.Meta.FocusY, m.Meta.HasFocus
	if err := a.Chapter.SetMedia(context.WithoutCancel(ctx), &done); err != nil && models.KindOf(err) != models.NotFound {
		slog.Error("store an upload", "media", m.ID, "err", err)
	}
}

// ownMedia is a file of the member that is in no post yet.
func (a *API) ownMedia(r *http.Request, me *models.Account) (*models.Media, error) {
	m, err := a.Store.Media(r.Context(), me.ID, id(r, "id"))
	if err != nil {
		return nil, err
	}
	if m.PostID != 0 {
		return nil, store.ErrNotFound
	}
	if m.State == models.MediaProcessing && a.Store.Now().Sub(m.CreatedAt) > processingFor {
		m.State = models.MediaFailed
	}
	return m, nil
}

// getMedia serves GET /api/v1/media/{id}: 206 until the file is ready.
func (a *API) getMedia(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:media")
	if err != nil {
		return err
	}
	m, err := a.ownMedia(r, me)
	if err != nil {
		return err
	}
	status := http.StatusOK
	switch m.State {
	case models.MediaProcessing:
		status = http.StatusPartialContent
	case models.MediaFailed:
		return models.Errorf(models.Invalid, "Error processing the file. Please try another one.")
	}
	write(w, status, encode(a.Render.media(m)))
	return nil
}

// updateMedia serves PUT /api/v1/media/{id}.
func (a *API) updateMedia(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:media")
	if err != nil {
		return err
	}
	var form mediaForm
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	t, err := mediaText(form.Description, form.Focus)
	if err != nil {
		return err
	}
	m, err := a.ownMedia(r, me)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if form.Thumbnail != nil {
		if err := a.addThumbnail(ctx, m, form.Thumbnail); err != nil {
			return err
		}
		if err := a.Chapter.SetMedia(ctx, m); err != nil {
			return err
		}
	}
	if m, err = a.Chapter.DescribeMedia(ctx, me, m.ID, t); err != nil {
		return err
	}
	return reply(w, a.Render.media(m))
}

// deleteMedia serves DELETE /api/v1/media/{id}.
func (a *API) deleteMedia(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:media")
	if err != nil {
		return err
	}
	if err := a.Chapter.DeleteMedia(r.Context(), me, id(r, "id")); err != nil {
		return err
	}
	return empty(w)
}

// picture is what was sent as an avatar or a header: a file, or in JSON a data
// URI. It is nil if nothing was.
func (a *API) picture(ctx context.Context, v any, purpose media.Purpose) (*models.Picture, error) {
	var in io.Reader
	switch v := v.(type) {
	case *multipart.FileHeader:
		f, err := v.Open()
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	case string:
		if v == "" {
			return nil, nil
		}
		_, data, ok := strings.Cut(v, ";base64,")
		bytesOf, err := base64.StdEncoding.DecodeString(data)
		if !ok || err != nil || !strings.HasPrefix(v, "data:image/") {
			return nil, models.Errorf(models.Invalid, "Validation failed: A picture has to be a file")
		}
		in = bytes.NewReader(bytesOf)
	default:
		return nil, nil
	}
	m, err := a.keep(ctx, in, purpose)
	if err != nil {
		return nil, err
	}
	return &models.Picture{Key: m.Key, Type: m.ContentType}, nil
}

package mastodon

import (
	"fmt"

	"atelier/models"
)

// mediaEntity is a file (Mastodon MediaAttachment).
type mediaEntity struct {
	ID          string     `json:"id"`
	Type        string     `json:"type"`
	URL         nullable   `json:"url"` // null while it is being worked on
	PreviewURL  nullable   `json:"preview_url"`
	RemoteURL   nullable   `json:"remote_url"`
	Meta        *mediaMeta `json:"meta"`
	Description nullable   `json:"description"`
	Blurhash    nullable   `json:"blurhash"`
}

type mediaMeta struct {
	Original *mediaShape `json:"original,omitempty"`
	Small    *mediaShape `json:"small,omitempty"`
	Focus    *mediaFocus `json:"focus,omitempty"`
}

type mediaShape struct {
	Width     int     `json:"width,omitempty"`
	Height    int     `json:"height,omitempty"`
	Size      string  `json:"size,omitempty"`
	Aspect    float64 `json:"aspect,omitempty"`
	Duration  float64 `json:"duration,omitempty"`
	FrameRate string  `json:"frame_rate,omitempty"`
	Bitrate   int     `json:"bitrate,omitempty"`
}

type mediaFocus struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

func (r *Render) media(m *models.Media) mediaEntity {
	e := mediaEntity{ID: m.ID.String(), Type: string(m.Type), RemoteURL: nullable(m.RemoteURL), Description: nullable(m.Description), Blurhash: nullable(m.Blurhash), Meta: &mediaMeta{}}
	switch {
	case m.Key != "":
		e.URL = nullable(r.URLs.Media(m.Key))
	case m.State == models.MediaRemote || m.RemoteURL != "":
		e.URL = nullable(r.Remote(m.RemoteURL))
	}
	switch {
	case m.PreviewKey != "":
		e.PreviewURL = nullable(r.URLs.Media(m.PreviewKey))
	case m.PreviewURL != "":
		e.PreviewURL = nullable(r.Remote(m.PreviewURL))
	case m.Type == models.Image:
		e.PreviewURL = e.URL
	}
	meta := m.Meta
	if meta.Width > 0 && meta.Height > 0 || meta.Duration > 0 {
		e.Meta.Original = shape(meta.Width, meta.Height)
		e.Meta.Original.Duration, e.Meta.Original.FrameRate, e.Meta.Original.Bitrate = meta.Duration, meta.FrameRate, meta.Bitrate
	}
	if meta.PreviewWidth > 0 && meta.PreviewHeight > 0 {
		e.Meta.Small = shape(meta.PreviewWidth, meta.PreviewHeight)
	}
	if meta.HasFocus {
		e.Meta.Focus = &mediaFocus{meta.FocusX, meta.FocusY}
	}
	return e
}

func shape(width, height int) *mediaShape {
	if width <= 0 || height <= 0 {
		return &mediaShape{}
	}
	return &mediaShape{Width: width, Height: height, Size: fmt.Sprintf("%dx%d", width, height), Aspect: float64(width) / float64(height)}
}

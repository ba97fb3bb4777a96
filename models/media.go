package models

import "time"

// MediaType is what a file is to clients (Mastodon MediaAttachment type).
type MediaType string

// The types of media.
const (
	Image   MediaType = "image"
	GIFV    MediaType = "gifv" // a silent loop
	Video   MediaType = "video"
	Audio   MediaType = "audio"
	Unknown MediaType = "unknown"
)

// MediaState says how far an upload is.
type MediaState string

// The states of a file.
const (
	MediaReady      MediaState = "ready"
	MediaProcessing MediaState = "processing"
	MediaFailed     MediaState = "failed"
	MediaRemote     MediaState = "remote" // not fetched, or expired; its origin has it
)

// Media is a file that belongs to a post, or will.
type Media struct {
	ID          ID         `json:"id"`
	AccountID   ID         `json:"account_id"`
	PostID      ID         `json:"post_id,omitempty"` // 0 until the post is there
	Type        MediaType  `json:"type"`
	State       MediaState `json:"state"`
	ContentType string     `json:"content_type"`
	Key         string     `json:"key,omitempty"`         // of the file in our storage
	PreviewKey  string     `json:"preview_key,omitempty"` // of the small picture
	RemoteURL   string     `json:"remote_url,omitempty"`  // where the origin has it
	PreviewURL  string     `json:"preview_url,omitempty"` // where the origin has a small picture
	Description string     `json:"description,omitempty"` // alt text
	Blurhash    string     `json:"blurhash,omitempty"`
	Meta        MediaMeta  `json:"meta"`
	Size        int64      `json:"size,omitempty"` // bytes
	CreatedAt   time.Time  `json:"created_at"`
}

// MediaMeta is what is known of a file's shape.
type MediaMeta struct {
	Width         int     `json:"width,omitempty"` // pixels
	Height        int     `json:"height,omitempty"`
	PreviewWidth  int     `json:"preview_width,omitempty"`
	PreviewHeight int     `json:"preview_height,omitempty"`
	FocusX        float64 `json:"focus_x,omitempty"` // -1 to 1
	FocusY        float64 `json:"focus_y,omitempty"`
	HasFocus      bool    `json:"has_focus,omitempty"`
	Duration      float64 `json:"duration,omitempty"`   // seconds
	FrameRate     string  `json:"frame_rate,omitempty"` // a fraction, "30/1"
	Bitrate       int     `json:"bitrate,omitempty"`    // bits per second
}

package mastodon

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strconv"
	"sync"
)

// Accounts without a picture have these, as PNG: apps do not draw SVG.
var (
	avatarBlank = sync.OnceValue(func() []byte { return blank(120, 120) })
	headerBlank = sync.OnceValue(func() []byte { return blank(700, 233) })
)

// blank is a plain picture in the colour of the look's paper.
func blank(width, height int) []byte {
	img := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.RGBA{0xe4, 0xe1, 0xd8, 0xff}})
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		panic(err) // memory does not fail
	}
	return buf.Bytes()
}

func serveBlank(picture func() []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cache-Control", "public, max-age=604800, immutable")
		h.Set("Content-Type", "image/png")
		h.Set("Content-Length", strconv.Itoa(len(picture())))
		w.Write(picture())
	}
}

package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math"

	"github.com/bbrks/go-blurhash"
	"github.com/kovidgoyal/imaging"
	"github.com/kovidgoyal/imaging/prism/meta/icc"
	"golang.org/x/image/webp"

	"atelier/models"
)

// The sizes of pictures, as Mastodon has them.
const (
	originalPixels = 3840 * 2160
	previewPixels  = 640 * 360
	avatarSide     = 400
	headerWidth    = 1500
	headerHeight   = 500
)

const (
	maxSide     = 30_000 // pixels; JPEG ends at 65,535
	maxScans    = 100    // of a progressive JPEG; more only cost time
	jpegQuality = 85
)

// picture reads a picture.
func (p *Processor) picture(ctx context.Context, r io.Reader, f format, purpose Purpose) (*Result, error) {
	data, err := readAll(r, MaxPictureBytes)
	if err != nil {
		return nil, err
	}
	size, err := measure(f, data)
	if err != nil {
		return nil, err
	}
	var moving *animation
	if f == gifFormat {
		if moving, err = readGIF(data); err != nil {
			return nil, broken(err)
		}
	}
	n := int64(size.X) * int64(size.Y)
	if err := p.pixels.Acquire(ctx, n); err != nil {
		return nil, fmt.Errorf("wait to read a picture: %w", err)
	}
	defer p.pixels.Release(n)
	decoded, err := decode(f, data)
	if err != nil {
		return nil, broken(err)
	}
	pic := picture{Image: decoded, metadata: readMetadata(f, data), drawn: (f == pngFormat || f == gifFormat) && len(data) < size.X*size.Y}
	switch purpose {
	case Avatar:
		return pic.cut(avatarSide, avatarSide)
	case Header:
		return pic.cut(headerWidth, headerHeight)
	}
	if moving != nil && moving.frames > 1 {
		return pic.moving(moving.data)
	}
	return pic.attachment()
}

// broken says that a picture cannot be read.
func broken(cause error) error {
	return models.Errorf(models.Invalid, "This picture is damaged and cannot be read.").On("file").Because(cause)
}

// measure returns the size of the picture data without reading its pixels, or
// why they will not be read.
func measure(f format, data []byte) (image.Point, error) {
	var c image.Config
	var err error
	switch r := bytes.NewReader(data); f {
	case jpegFormat:
		c, err = jpeg.DecodeConfig(r)
	case pngFormat:
		c, err = png.DecodeConfig(r)
	case gifFormat:
		c, err = gif.DecodeConfig(r)
	case webpFormat:
		c, err = webp.DecodeConfig(r)
	}
	if err != nil || c.Width < 1 || c.Height < 1 {
		return image.Point{}, broken(err)
	}
	if c.Width > maxSide || c.Height > maxSide || c.Width*c.Height > MaxPixels {
		return image.Point{}, models.Errorf(models.Invalid, "The picture has %d x %d pixels; up to %d million can be read. Please send a smaller one.",
			c.Width, c.Height, MaxPixels/1_000_000).On("file")
	}
	if f == jpegFormat && scans(data) > maxScans {
		return image.Point{}, broken(fmt.Errorf("more than %d scans", maxScans))
	}
	return image.Pt(c.Width, c.Height), nil
}

// scans counts the scans of a JPEG up to its end. Between them are segments
// with their length; in them 0xFF is followed by zero, by a mark to restart at,
// or by the next segment.
func scans(data []byte) (n int) {
	for i := 2; i+4 <= len(data); {
		switch marker := data[i+1]; {
		case data[i] != 0xFF, marker == 0x00, marker >= 0xD0 && marker <= 0xD7:
			i++ // in a scan
		case marker == 0xFF:
			i++ // a fill byte
		case marker == 0xD9:
			return n
		default:
			if marker == 0xDA {
				n++
			}
			i += 2 + int(binary.BigEndian.Uint16(data[i+2:]))
		}
	}
	return n
}

// decode reads the pixels of a picture, of a moving one the first.
func decode(f format, data []byte) (img image.Image, err error) {
	defer func() {
		if r := recover(); r != nil { // a fault of a decoder is the file's
			err = fmt.Errorf("decoder: %v", r)
		}
	}()
	r := bytes.NewReader(data)
	switch f {
	case jpegFormat:
		return jpeg.Decode(r)
	case pngFormat:
		return png.Decode(r)
	case gifFormat:
		return gif.Decode(r)
	default:
		return webp.Decode(r)
	}
}

// picture is a picture on its way through.
type picture struct {
	image.Image
	metadata
	drawn bool // few colours and hard edges, as in a screenshot
}

// attachment makes a picture that is shown with a post.
func (p picture) attachment() (*Result, error) {
	w, h := fit(p.Bounds().Dx(), p.Bounds().Dy(), originalPixels)
	img := p.finish(w, h, p.scale)
	original, err := p.encode(img)
	if err != nil {
		return nil, err
	}
	res := &Result{Type: models.Image, Original: original}
	return res, res.addPreview(p, img)
}

// moving makes a moving GIF, which is kept as it is but for what is not shown.
func (p picture) moving(data []byte) (*Result, error) {
	res := &Result{Type: models.Image, Original: newFile(string(gifFormat), data)}
	return res, res.addPreview(p, p.Image)
}

// addPreview adds the preview of img, if that is larger than one, and what is
// known of both.
func (r *Result) addPreview(p picture, img image.Image) error {
	r.Meta.Width, r.Meta.Height = img.Bounds().Dx(), img.Bounds().Dy()
	small := img
	w, h := fit(r.Meta.Width, r.Meta.Height, previewPixels)
	r.Meta.PreviewWidth, r.Meta.PreviewHeight = w, h
	if w != r.Meta.Width || h != r.Meta.Height || r.Original.ContentType == string(gifFormat) {
		small = imaging.Resize(img, w, h, imaging.Lanczos)
		var err error
		if r.Preview, err = p.encode(small); err != nil {
			return err
		}
	}
	var err error
	r.Blurhash, err = blur(small)
	return err
}

// cut makes a picture of at most w x h pixels, from the middle of p.
func (p picture) cut(w, h int) (*Result, error) {
	if p.turned() {
		w, h = h, w
	}
	scale := min(1, float64(p.Bounds().Dx())/float64(w), float64(p.Bounds().Dy())/float64(h))
	w, h = max(1, int(float64(w)*scale)), max(1, int(float64(h)*scale))
	img := p.finish(w, h, func(w, h int) image.Image { return imaging.Fill(p.Image, w, h, imaging.Center, imaging.Lanczos) })
	original, err := p.encode(img)
	if err != nil {
		return nil, err
	}
	res := &Result{Type: models.Image, Original: original}
	res.Meta.Width, res.Meta.Height = img.Bounds().Dx(), img.Bounds().Dy()
	res.Blurhash, err = blur(img)
	return res, err
}

// scale returns p with w x h pixels.
func (p picture) scale(w, h int) image.Image {
	if p.Bounds().Dx() == w && p.Bounds().Dy() == h {
		return p.Image
	}
	return imaging.Resize(p.Image, w, h, imaging.Lanczos)
}

// finish makes p w x h pixels large by resize, brings its colours to sRGB and
// its upper edge to the top.
func (p picture) finish(w, h int, resize func(w, h int) image.Image) image.Image {
	return turn(standardColours(resize(w, h), p.profile), p.orientation)
}

// fit returns the largest size of the shape w x h with at most n pixels, and
// no larger than w x h.
func fit(w, h, n int) (int, int) {
	if w*h <= n {
		return w, h
	}
	scale := math.Sqrt(float64(n) / (float64(w) * float64(h)))
	return max(1, int(float64(w)*scale)), max(1, int(float64(h)*scale))
}

// turn applies an EXIF orientation.
func turn(img image.Image, orientation int) image.Image {
	switch orientation {
	case 2:
		return imaging.FlipH(img)
	case 3:
		return imaging.Rotate180(img)
	case 4:
		return imaging.FlipV(img)
	case 5:
		return imaging.Transpose(img)
	case 6:
		return imaging.Rotate270(img)
	case 7:
		return imaging.Transverse(img)
	case 8:
		return imaging.Rotate90(img)
	}
	return img
}

// standardColours brings a picture with a colour profile, as telephones make
// them, to sRGB. A profile that cannot be used is dropped.
func standardColours(img image.Image, profile []byte) (out image.Image) {
	out = img
	defer func() {
		if recover() != nil { // a fault of the reader is the profile's
			out = img
		}
	}()
	p, err := icc.NewProfileReader(bytes.NewReader(profile)).ReadProfile()
	if err != nil || p.Header.DataColorSpace != icc.ColorSpaceRGB || p.IsSRGB() {
		return out
	}
	if converted, err := imaging.ConvertToSRGB(p, imaging.Clone(img)); err == nil {
		return converted
	}
	return out
}

// encode writes img as PNG if that keeps what JPEG would lose: transparent
// parts, and the edges of drawings.
func (p picture) encode(img image.Image) (File, error) {
	var w bytes.Buffer
	if p.drawn || !imaging.IsOpaque(img) {
		if err := png.Encode(&w, img); err != nil {
			return File{}, fmt.Errorf("write a PNG: %w", err)
		}
		return newFile(string(pngFormat), w.Bytes()), nil
	}
	if n, ok := img.(*image.NRGBA); ok { // for opaque pixels the same, and faster
		img = &image.RGBA{Pix: n.Pix, Stride: n.Stride, Rect: n.Rect}
	}
	if err := jpeg.Encode(&w, img, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return File{}, fmt.Errorf("write a JPEG: %w", err)
	}
	return newFile(string(jpegFormat), w.Bytes()), nil
}

// blur returns the blurhash of img, on white where it is transparent.
func blur(img image.Image) (string, error) {
	w, h := fit(img.Bounds().Dx(), img.Bounds().Dy(), 32*32)
	thumb := imaging.Resize(img, w, h, imaging.Box)
	flat := image.NewRGBA(thumb.Bounds())
	draw.Draw(flat, flat.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(flat, flat.Rect, thumb, image.Point{}, draw.Over)
	hash, err := blurhash.Encode(4, 4, flat)
	if err != nil {
		return "", fmt.Errorf("blurhash: %w", err)
	}
	return hash, nil
}

package main

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"math"

	"atelier/models"
	"atelier/models/media"
)

// A shape is a rectangle, or the ellipse in it. The pictures of the demo are
// made of such, so that the program carries none along.
type shape struct {
	x, y, w, h int
	ink        color.RGBA
	round      bool
}

var (
	paper  = color.RGBA{246, 241, 231, 255}
	dusk   = color.RGBA{58, 74, 92, 255}
	sea    = color.RGBA{112, 146, 158, 255}
	sand   = color.RGBA{219, 199, 160, 255}
	brick  = color.RGBA{176, 90, 68, 255}
	moss   = color.RGBA{110, 128, 86, 255}
	skin   = color.RGBA{226, 186, 152, 255}
	brown  = color.RGBA{146, 98, 70, 255}
	shadow = color.RGBA{70, 52, 44, 255}
	plain  = color.RGBA{255, 255, 255, 255}
)

// paint draws shapes, one over the other, as a PNG.
func paint(w, h int, ground color.RGBA, shapes []shape) (*bytes.Buffer, error) {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	all := append([]shape{{0, 0, w, h, ground, false}}, shapes...)
	for _, s := range all {
		for y := max(s.y, 0); y < min(s.y+s.h, h); y++ {
			for x := max(s.x, 0); x < min(s.x+s.w, w); x++ {
				s.mix(img, x, y)
			}
		}
	}
	var out bytes.Buffer
	return &out, (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, img)
}

// mix puts the shape's ink onto a pixel, less of it at the edge of an ellipse.
func (s shape) mix(img *image.RGBA, x, y int) {
	part := 1.0
	if s.round {
		rx, ry := float64(s.w)/2, float64(s.h)/2
		far := math.Hypot((float64(x-s.x)+0.5-rx)/rx, (float64(y-s.y)+0.5-ry)/ry)
		part = min(max((1-far)*min(rx, ry)+0.5, 0), 1)
	}
	was := img.RGBAAt(x, y)
	blend := func(a, b uint8) uint8 { return uint8(float64(a)*(1-part) + float64(b)*part) }
	img.SetRGBA(x, y, color.RGBA{blend(was.R, s.ink.R), blend(was.G, s.ink.G), blend(was.B, s.ink.B), 255})
}

// A demoFace is the colours of a portrait.
type demoFace struct{ Ground, Hair, Skin, Coat color.RGBA }

// shapes are hair, coat, neck and head.
func (f demoFace) shapes() []shape {
	return []shape{
		{112, 62, 176, 230, f.Hair, true}, {40, 280, 320, 260, f.Coat, true}, {170, 220, 60, 90, f.Skin, false},
		{132, 96, 136, 170, f.Skin, true}, {124, 66, 152, 74, f.Hair, true},
	}
}

// portrait draws a member's face and keeps it.
func (d *demo) portrait(ctx context.Context, i int, f demoFace) (*models.Picture, error) {
	drawn, err := paint(400, 400, f.Ground, f.shapes())
	if err != nil {
		return nil, err
	}
	kept, err := d.keep(ctx, i, drawn, media.Avatar)
	return &models.Picture{Key: kept.Key, Type: kept.ContentType}, err
}

// A demoPicture is a picture in a note: into which of its boxes, what can be
// seen, and the shapes.
type demoPicture struct {
	Into   int
	Alt    string
	Shapes []shape
}

// put draws the picture of a note by a member of chapter i, and writes it into
// the note's draft as its author's browser would.
func (d *demo) put(ctx context.Context, i int, by *models.Account, p *demoPicture, note *models.Practice) (models.ID, error) {
	drawn, err := paint(960, 540, paper, p.Shapes)
	if err != nil {
		return 0, err
	}
	m, err := d.keep(ctx, i, drawn, media.Attachment)
	if err != nil {
		return 0, err
	}
	c := d.nodes[i].chapter
	m.ID, m.CreatedAt, m.Description = c.Store.NewID(), c.Store.Now(), p.Alt
	note.Sections[p.Into].Text += "\n\n![" + p.Alt + "](" + d.nodes[i].urls.Media(m.Key) + ")"
	return m.ID, c.AddMedia(ctx, by, &m)
}

// keep makes a picture what an upload becomes, in the folder of chapter i.
func (d *demo) keep(ctx context.Context, i int, drawn *bytes.Buffer, purpose media.Purpose) (models.Media, error) {
	files, err := media.NewStorage(d.nodes[i].Media)
	if err != nil {
		return models.Media{}, err
	}
	made, err := d.processor.Process(ctx, drawn, purpose)
	if err != nil {
		return models.Media{}, err
	}
	defer made.Close()
	return made.Keep(ctx, files)
}

// The pictures in the notes.
var (
	windowPicture = []shape{
		{0, 400, 960, 140, sand, false}, {90, 60, 420, 300, sea, false}, {110, 80, 180, 260, plain, false}, {310, 80, 180, 260, plain, false}, {70, 360, 460, 24, brown, false},
		{330, 270, 92, 92, dusk, true}, {338, 278, 76, 76, plain, true}, {374, 290, 4, 30, dusk, false}, {376, 316, 24, 4, dusk, false},
		{620, 300, 20, 180, brown, false}, {620, 400, 110, 18, brown, false}, {714, 400, 16, 80, brown, false}, {780, 400, 110, 18, shadow, false}, {872, 300, 20, 180, shadow, false}, {780, 400, 16, 80, shadow, false},
	}
	columnsPicture = []shape{
		{0, 0, 960, 540, sand, false}, {230, 40, 500, 460, plain, false}, {478, 40, 4, 460, sea, false},
		{270, 100, 170, 8, dusk, false}, {270, 150, 150, 8, dusk, false}, {270, 200, 180, 8, dusk, false}, {270, 250, 120, 8, dusk, false}, {270, 300, 160, 8, dusk, false},
		{520, 100, 160, 8, brick, false}, {520, 150, 120, 8, brick, false}, {520, 200, 170, 8, brick, false},
	}
	chairsPicture = []shape{
		{0, 420, 960, 120, sand, false},
		{130, 180, 22, 280, brick, false}, {130, 320, 140, 22, brick, false}, {250, 320, 20, 140, brick, false},
		{420, 250, 130, 130, moss, true}, {440, 360, 16, 100, moss, false}, {514, 360, 16, 100, moss, false},
		{690, 200, 160, 24, dusk, false}, {690, 200, 22, 260, dusk, false}, {690, 330, 160, 24, dusk, false}, {828, 330, 22, 130, dusk, false},
	}
	standingPicture = []shape{
		{0, 430, 960, 110, sea, false}, {300, 50, 360, 150, plain, false}, {340, 92, 280, 12, brick, false}, {340, 132, 180, 12, brick, false},
		{110, 250, 70, 70, skin, true}, {90, 325, 110, 180, dusk, true}, {290, 270, 70, 70, brown, true}, {270, 345, 110, 170, moss, true},
		{590, 270, 70, 70, skin, true}, {570, 345, 110, 170, brick, true}, {780, 250, 70, 70, brown, true}, {760, 325, 110, 180, shadow, true},
	}
	choirPicture = choirShapes()
)

// choirShapes are three rows of singers; those in the second row sing alto.
func choirShapes() (out []shape) {
	for row, ink := range []color.RGBA{sea, brick, sea} {
		for k := range 8 {
			x, y := 80+k*100+row%2*40, 60+row*150
			out = append(out, shape{x, y, 60, 60, skin, true}, shape{x - 14, y + 62, 88, 120, ink, true})
		}
	}
	return out
}

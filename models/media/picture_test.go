package media_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/media"
)

// The colours of the quarters of a test picture.
var (
	red    = color.NRGBA{220, 30, 30, 255}
	green  = color.NRGBA{30, 180, 30, 255}
	blue   = color.NRGBA{30, 30, 220, 255}
	yellow = color.NRGBA{220, 220, 30, 255}
)

// quarters is a picture with red and green above, blue and yellow below.
func quarters(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i, c := range []color.Color{red, green, blue, yellow} {
		x, y := i%2*w/2, i/2*h/2
		draw.Draw(img, image.Rect(x, y, x+w/2+1, y+h/2+1), image.NewUniform(c), image.Point{}, draw.Src)
	}
	return img
}

func jpegOf(t testing.TB, img image.Image) []byte {
	var w bytes.Buffer
	if err := jpeg.Encode(&w, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return w.Bytes()
}

func pngOf(t testing.TB, img image.Image) []byte {
	var w bytes.Buffer
	if err := png.Encode(&w, img); err != nil {
		t.Fatal(err)
	}
	return w.Bytes()
}

func gifOf(t testing.TB, w, h, frames int) []byte {
	g := &gif.GIF{Config: image.Config{Width: w, Height: h}}
	for i := range frames {
		frame := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{red, green, blue})
		draw.Draw(frame, frame.Rect, image.NewUniform(frame.Palette[i%3]), image.Point{}, draw.Src)
		g.Image, g.Delay = append(g.Image, frame), append(g.Delay, 10)
	}
	var out bytes.Buffer
	if err := gif.EncodeAll(&out, g); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// segment puts a segment into a JPEG, after its first mark.
func segment(data []byte, marker byte, body string) []byte {
	head := binary.BigEndian.AppendUint16([]byte{0xFF, marker}, uint16(len(body)+2))
	return bytes.Join([][]byte{data[:2], head, []byte(body), data[2:]}, nil)
}

// exif is the body of an EXIF segment with an orientation and a secret.
func exif(orientation int, order binary.AppendByteOrder) string {
	mark := "II"
	if order.String() == "BigEndian" {
		mark = "MM"
	}
	b := order.AppendUint32(order.AppendUint16([]byte(mark), 42), 8)
	b = order.AppendUint16(b, 2) // entries
	b = order.AppendUint32(order.AppendUint32(order.AppendUint16(order.AppendUint16(b, 0x010F), 2), 6), 38)
	b = order.AppendUint32(order.AppendUint16(order.AppendUint16(b, 0x0112), 3), 1)
	b = order.AppendUint16(order.AppendUint16(b, uint16(orientation)), 0)
	return "Exif\x00\x00" + string(order.AppendUint32(b, 0)) + "secret"
}

// chunk puts a chunk into a PNG, after its header.
func chunk(data []byte, kind, body string) []byte {
	c := append([]byte(kind), body...)
	c = append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE(c))...)
	return bytes.Join([][]byte{data[:33], c, data[33:]}, nil)
}

// process processes an upload and closes it when the test ends.
func process(t testing.TB, data []byte, purpose media.Purpose) (*media.Result, error) {
	t.Helper()
	res, err := media.NewProcessor().Process(t.Context(), bytes.NewReader(data), purpose)
	if err == nil {
		t.Cleanup(func() { _ = res.Close() })
	}
	return res, err
}

// decoded returns the picture in f, and what it is.
func decoded(t *testing.T, f media.File) (image.Image, string) {
	t.Helper()
	img, format, err := image.Decode(f.Body)
	format = strings.TrimPrefix(format, "a") // one of the libraries registers PNG as apng
	if err != nil || "image/"+format != f.ContentType {
		t.Fatalf("%s is %s: %v", f.ContentType, format, err)
	}
	if _, err := f.Body.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	return img, format
}

// content returns the bytes of f.
func content(t *testing.T, f media.File) []byte {
	t.Helper()
	_, _ = f.Body.Seek(0, io.SeekStart)
	data, err := io.ReadAll(f.Body)
	if err != nil || int64(len(data)) != f.Size {
		t.Fatalf("%d bytes; want %d: %v", len(data), f.Size, err)
	}
	return data
}

// near says whether two colours look the same.
func near(a, b color.Color) bool {
	x, y := color.NRGBAModel.Convert(a).(color.NRGBA), color.NRGBAModel.Convert(b).(color.NRGBA)
	far := func(a, b uint8) bool { return math.Abs(float64(a)-float64(b)) > 24 }
	return !far(x.R, y.R) && !far(x.G, y.G) && !far(x.B, y.B) && !far(x.A, y.A)
}

// corners returns the names of the colours of img's quarters, line by line.
func corners(img image.Image) string {
	names := ""
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	for _, p := range []image.Point{{w / 4, h / 4}, {w * 3 / 4, h / 4}, {w / 4, h * 3 / 4}, {w * 3 / 4, h * 3 / 4}} {
		name := "?"
		for n, c := range map[string]color.Color{"r": red, "g": green, "b": blue, "y": yellow, "-": color.NRGBA{}} {
			if near(img.At(p.X, p.Y), c) {
				name = n
			}
		}
		names += name
	}
	return names
}

func TestPicturesAreUpright(t *testing.T) {
	// What the camera saw is always red, green, blue, yellow.
	stored := map[int]string{1: "rgby", 2: "gryb", 3: "ybgr", 4: "byrg", 5: "rbgy", 6: "gyrb", 7: "ygbr", 8: "bryg"}
	for orientation := 1; orientation <= 8; orientation++ {
		w, h := 60, 40
		if orientation > 4 {
			w, h = h, w
		}
		img := image.NewNRGBA(image.Rect(0, 0, w, h))
		for i, name := range stored[orientation] {
			c := map[rune]color.Color{'r': red, 'g': green, 'b': blue, 'y': yellow}[name]
			x, y := i%2*w/2, i/2*h/2
			draw.Draw(img, image.Rect(x, y, x+w/2, y+h/2), image.NewUniform(c), image.Point{}, draw.Src)
		}
		for name, data := range map[string][]byte{
			"JPEG, little-endian": segment(jpegOf(t, img), 0xE1, exif(orientation, binary.LittleEndian)),
			"JPEG, big-endian":    segment(segment(jpegOf(t, img), 0xE1, exif(orientation, binary.BigEndian)), 0xE0, "JFIF\x00"),
			"PNG":                 chunk(pngOf(t, img), "eXIf", exif(orientation, binary.BigEndian)[6:]),
		} {
			res, err := process(t, data, media.Attachment)
			if err != nil {
				t.Fatal(err)
			}
			got, _ := decoded(t, res.Original)
			if corners(got) != "rgby" || got.Bounds() != image.Rect(0, 0, 60, 40) || res.Meta.Width != 60 || res.Meta.Height != 40 {
				t.Errorf("%s with orientation %d shows %s, %v, %+v", name, orientation, corners(got), got.Bounds(), res.Meta)
			}
		}
	}
}

// webp is the test picture in WebP, with an EXIF chunk after its pixels.
func webp(t testing.TB, orientation int) []byte {
	data, err := os.ReadFile("testdata/quarters.webp")
	if err != nil {
		t.Fatal(err)
	}
	body := exif(orientation, binary.LittleEndian)
	part := func(kind, body string) string {
		return kind + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body + strings.Repeat("\x00", len(body)%2)
	}
	file := "WEBP" + part("VP8X", "\x08\x00\x00\x00\x3b\x00\x00\x27\x00\x00") + string(data[12:]) + part("EXIF", body)
	return []byte(part("RIFF", file))
}

func TestWebPIsUpright(t *testing.T) {
	res, err := process(t, webp(t, 3), media.Attachment)
	if err != nil {
		t.Fatal(err)
	}
	if img, _ := decoded(t, res.Original); corners(img) != "ybgr" {
		t.Errorf("it shows %s; want it upside down", corners(img))
	}
}

func TestDamagedMetadataIsIgnored(t *testing.T) {
	photograph, drawing, whole := jpegOf(t, quarters(60, 40)), pngOf(t, quarters(60, 40)), exif(6, binary.BigEndian)
	longer := webp(t, 3)
	binary.LittleEndian.PutUint32(longer[bytes.Index(longer, []byte("EXIF"))+4:], 1<<31)
	files := [][]byte{longer}
	for n := range len(whole) - len("secret") - 10 { // up to the value of the orientation
		files = append(files, segment(photograph, 0xE1, whole[:n]), chunk(drawing, "eXIf", whole[min(n, 6):n]))
	}
	for o := range 256 {
		if o < 1 || o > 8 {
			files = append(files, segment(photograph, 0xE1, exif(o, binary.LittleEndian)))
		}
	}
	far := []byte(whole)
	binary.BigEndian.PutUint32(far[10:], 1<<32-1) // where the directory is
	for _, data := range append(files, segment(photograph, 0xE1, string(far))) {
		res, err := process(t, data, media.Attachment)
		if err != nil {
			t.Fatal(err)
		}
		if img, _ := decoded(t, res.Original); corners(img) != "rgby" {
			t.Fatalf("%q shows %s", data[:60], corners(img))
		}
	}
}

func TestUploadThatBreaksOff(t *testing.T) {
	p := media.NewProcessor()
	for name, r := range map[string]io.Reader{"at once": broken{}, "later": io.MultiReader(bytes.NewReader(jpegOf(t, quarters(60, 40))[:100]), broken{})} {
		if res, err := p.Process(t.Context(), r, media.Attachment); models.KindOf(err) != models.Internal {
			t.Errorf("%s: Process = %+v, %v", name, res, err)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if res, err := p.Process(cancelled, bytes.NewReader(jpegOf(t, quarters(60, 40))), media.Attachment); err == nil {
		t.Errorf("for a caller who left: Process = %+v", res)
	}
}

func TestTypes(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	if diff := cmp.Diff(media.PictureTypes, media.NewProcessor().Types()); diff != "" {
		t.Errorf("without ffmpeg (-want +got):\n%s", diff)
	}
	for i, name := range []string{"ffmpeg", "ffprobe"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		if films := slices.Contains(media.NewProcessor().Types(), "video/mp4"); films != (i == 1) {
			t.Errorf("with %s: films are taken: %v", name, films)
		}
	}
	if len(media.PictureTypes) != 4 {
		t.Errorf("PictureTypes = %q", media.PictureTypes)
	}
}

// displayP3 is the colour profile of telephones, which show more colours.
func displayP3() string {
	be := binary.BigEndian
	number := func(v float64) []byte { return be.AppendUint32(nil, uint32(int32(math.Round(v*65536)))) }
	xyz := func(x, y, z float64) string {
		return "XYZ \x00\x00\x00\x00" + string(number(x)) + string(number(y)) + string(number(z))
	}
	curve := "para\x00\x00\x00\x00\x00\x03\x00\x00"
	for _, v := range []float64{2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045} {
		curve += string(number(v))
	}
	tags := []struct{ name, body string }{
		{"rXYZ", xyz(0.51512, 0.2412, -0.00105)}, {"gXYZ", xyz(0.29198, 0.69225, 0.04189)}, {"bXYZ", xyz(0.1571, 0.06657, 0.78407)},
		{"wtpt", xyz(0.9642, 1, 0.82491)}, {"rTRC", curve}, {"gTRC", curve}, {"bTRC", curve},
	}
	table, bodies := string(be.AppendUint32(nil, uint32(len(tags)))), ""
	for _, tag := range tags {
		table += tag.name + string(be.AppendUint32(be.AppendUint32(nil, uint32(132+12*len(tags)+len(bodies))), uint32(len(tag.body))))
		bodies += tag.body
	}
	header := make([]byte, 128)
	be.PutUint32(header, uint32(128+len(table)+len(bodies)))
	copy(header[8:], "\x04\x00\x00\x00mntrRGB XYZ ")
	copy(header[36:], "acsp")
	copy(header[68:], xyz(0.9642, 1, 0.82491)[8:])
	return string(header) + table + bodies
}

func TestColoursOfTelephones(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 40, 40))
	draw.Draw(img, img.Rect, image.NewUniform(color.NRGBA{100, 200, 100, 255}), image.Point{}, draw.Src)
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	_, _ = io.WriteString(z, displayP3())
	_ = z.Close()
	var bomb bytes.Buffer
	z = zlib.NewWriter(&bomb)
	_, _ = z.Write(make([]byte, 64<<20))
	_ = z.Close()
	part := "ICC_PROFILE\x00\x01\x01"
	as, changed := color.NRGBA{100, 200, 100, 255}, color.NRGBA{45, 203, 86, 255}
	for _, test := range []struct {
		name string
		data []byte
		want color.Color
	}{
		{"no profile", jpegOf(t, img), as},
		{"a profile in a JPEG", segment(jpegOf(t, img), 0xE2, part+displayP3()), changed},
		{"a profile in a PNG", chunk(pngOf(t, img), "iCCP", "p3\x00\x00"+packed.String()), changed},
		{"half a profile", segment(jpegOf(t, img), 0xE2, part+displayP3()[:200]), as},
		{"a profile that is none", segment(jpegOf(t, img), 0xE2, part+strings.Repeat("x", 500)), as},
		{"a profile of 64 MiB", chunk(pngOf(t, img), "iCCP", "p3\x00\x00"+bomb.String()), as},
	} {
		t.Run(test.name, func(t *testing.T) {
			res, err := process(t, test.data, media.Attachment)
			if err != nil {
				t.Fatal(err)
			}
			got, _ := decoded(t, res.Original)
			if c := got.At(20, 20); !near(c, test.want) {
				t.Errorf("the colour is %v; want %v", c, test.want)
			}
		})
	}
}

func TestPicturesLoseWhatIsHidden(t *testing.T) {
	img := quarters(64, 64)
	script := "<html><script>alert('secret')</script></html>"
	for name, data := range map[string][]byte{
		"EXIF in a JPEG":            segment(jpegOf(t, img), 0xE1, exif(1, binary.LittleEndian)),
		"a comment in a JPEG":       segment(jpegOf(t, img), 0xFE, script),
		"a page after a JPEG":       append(jpegOf(t, img), script...),
		"a film after a JPEG":       append(append(jpegOf(t, img), bytes.Repeat([]byte("\xff\xda\x00\x02"), 1000)...), "secret"...),
		"text in a PNG":             chunk(pngOf(t, img), "tEXt", "Comment\x00secret"),
		"a page after a PNG":        append(pngOf(t, img), script...),
		"a page after a moving GIF": append(gifOf(t, 64, 64, 3), script...),
		"a comment in a moving GIF": bytes.Replace(gifOf(t, 64, 64, 3), []byte("\x21\xF9"), []byte("\x21\xFE\x06secret\x00\x21\xF9"), 1),
		"program data in a GIF":     bytes.Replace(gifOf(t, 64, 64, 3), []byte("\x21\xF9"), []byte("\x21\xFF\x0BXMP DataXMP\x06secret\x00\x21\xF9"), 1),
	} {
		if !bytes.Contains(data, []byte("secret")) {
			t.Fatalf("%s: nothing hidden", name)
		}
		res, err := process(t, data, media.Attachment)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if bytes.Contains(content(t, res.Original), []byte("secret")) || bytes.Contains(content(t, res.Original), []byte("script")) {
			t.Errorf("%s is still there", name)
		}
	}
}

func TestAttachment(t *testing.T) {
	glass := quarters(900, 600)
	draw.Draw(glass, image.Rect(0, 0, 450, 300), image.Transparent, image.Point{}, draw.Src)
	noise := image.NewNRGBA(image.Rect(0, 0, 400, 300))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise.Pix {
		noise.Pix[i] = byte(random.Uint32())
		if i%4 == 3 {
			noise.Pix[i] = 255
		}
	}
	for _, test := range []struct {
		name              string
		data              []byte
		original, preview string // media types
		meta              models.MediaMeta
		corners           string
	}{
		{"a small photograph is its own preview", jpegOf(t, quarters(300, 200)), "image/jpeg", "", models.MediaMeta{Width: 300, Height: 200, PreviewWidth: 300, PreviewHeight: 200}, "rgby"},
		{"a photograph has a preview", jpegOf(t, quarters(1200, 800)), "image/jpeg", "image/jpeg", models.MediaMeta{Width: 1200, Height: 800, PreviewWidth: 587, PreviewHeight: 391}, "rgby"},
		{"a large photograph becomes smaller", jpegOf(t, quarters(5000, 2500)), "image/jpeg", "image/jpeg", models.MediaMeta{Width: 4072, Height: 2036, PreviewWidth: 678, PreviewHeight: 339}, "rgby"},
		{"a drawing stays sharp", pngOf(t, quarters(1200, 800)), "image/png", "image/png", models.MediaMeta{Width: 1200, Height: 800, PreviewWidth: 587, PreviewHeight: 391}, "rgby"},
		{"transparent parts stay transparent", pngOf(t, glass), "image/png", "image/png", models.MediaMeta{Width: 900, Height: 600, PreviewWidth: 587, PreviewHeight: 391}, "-gby"},
		{"a photograph in PNG becomes JPEG", pngOf(t, noise), "image/jpeg", "", models.MediaMeta{Width: 400, Height: 300, PreviewWidth: 400, PreviewHeight: 300}, ""},
		{"a strip keeps its shape", jpegOf(t, quarters(20000, 20)), "image/jpeg", "image/jpeg", models.MediaMeta{Width: 20000, Height: 20, PreviewWidth: 15178, PreviewHeight: 15}, "rgby"},
		{"a still GIF becomes PNG", gifOf(t, 100, 50, 1), "image/png", "", models.MediaMeta{Width: 100, Height: 50, PreviewWidth: 100, PreviewHeight: 50}, "rrrr"},
		{"a moving GIF moves", gifOf(t, 100, 50, 3), "image/gif", "image/png", models.MediaMeta{Width: 100, Height: 50, PreviewWidth: 100, PreviewHeight: 50}, "rrrr"},
		{"one pixel", pngOf(t, quarters(1, 1)), "image/jpeg", "", models.MediaMeta{Width: 1, Height: 1, PreviewWidth: 1, PreviewHeight: 1}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			res, err := process(t, test.data, media.Attachment)
			if err != nil {
				t.Fatal(err)
			}
			got := []string{string(res.Type), res.Original.ContentType, res.Preview.ContentType}
			if diff := cmp.Diff([]string{"image", test.original, test.preview}, got); diff != "" {
				t.Errorf("types (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.meta, res.Meta); diff != "" {
				t.Errorf("meta (-want +got):\n%s", diff)
			}
			if len(res.Blurhash) != 36 {
				t.Errorf("blurhash %q", res.Blurhash)
			}
			for _, f := range []media.File{res.Original, res.Preview} {
				if f.ContentType == "" {
					continue
				}
				if img, _ := decoded(t, f); test.corners != "" && corners(img) != test.corners {
					t.Errorf("%s shows %s; want %s", f.ContentType, corners(img), test.corners)
				}
			}
			if test.preview != "" {
				if img, _ := decoded(t, res.Preview); img.Bounds() != image.Rect(0, 0, test.meta.PreviewWidth, test.meta.PreviewHeight) {
					t.Errorf("the preview is %v", img.Bounds())
				}
			}
		})
	}
}

func TestMovingGIFKeepsItsFrames(t *testing.T) {
	res, err := process(t, gifOf(t, 30, 20, 5), media.Attachment)
	if err != nil {
		t.Fatal(err)
	}
	g, err := gif.DecodeAll(res.Original.Body)
	if err != nil || len(g.Image) != 5 || g.Delay[1] != 10 || g.LoopCount != 0 {
		t.Errorf("%+v, %v", g, err)
	}
}

func TestAvatarAndHeader(t *testing.T) {
	turned := segment(jpegOf(t, quarters(500, 1500)), 0xE1, exif(6, binary.LittleEndian))
	for _, test := range []struct {
		name    string
		data    []byte
		purpose media.Purpose
		want    image.Point
	}{
		{"an avatar is cut to a square", jpegOf(t, quarters(1200, 800)), media.Avatar, image.Pt(400, 400)},
		{"a small avatar stays small", pngOf(t, quarters(90, 120)), media.Avatar, image.Pt(90, 90)},
		{"an avatar does not move", gifOf(t, 500, 450, 3), media.Avatar, image.Pt(400, 400)},
		{"a header is cut to its shape", jpegOf(t, quarters(2000, 2000)), media.Header, image.Pt(1500, 500)},
		{"a small header stays small", jpegOf(t, quarters(300, 300)), media.Header, image.Pt(300, 100)},
		{"a header is upright before it is cut", turned, media.Header, image.Pt(1500, 500)},
	} {
		t.Run(test.name, func(t *testing.T) {
			res, err := process(t, test.data, test.purpose)
			if err != nil {
				t.Fatal(err)
			}
			if img, _ := decoded(t, res.Original); img.Bounds().Size() != test.want || res.Meta.Width != test.want.X || res.Meta.Height != test.want.Y {
				t.Errorf("%v, %+v; want %v", img.Bounds(), res.Meta, test.want)
			}
			if res.Preview.ContentType != "" || len(res.Blurhash) != 36 {
				t.Errorf("preview %q, blurhash %q", res.Preview.ContentType, res.Blurhash)
			}
		})
	}
}

// size writes other dimensions into the header of a PNG.
func size(data []byte, w, h uint32) []byte {
	data = bytes.Clone(data)
	binary.BigEndian.PutUint32(data[16:], w)
	binary.BigEndian.PutUint32(data[20:], h)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	return data
}

func TestWhatIsNotTaken(t *testing.T) {
	t.Setenv("PATH", "") // no ffmpeg
	photograph, drawing := jpegOf(t, quarters(100, 100)), pngOf(t, quarters(100, 100))
	scan := photograph[bytes.LastIndex(photograph, []byte{0xFF, 0xDA}) : len(photograph)-2]
	for _, test := range []struct {
		name    string
		data    []byte
		purpose media.Purpose
		want    models.Kind
	}{
		{"nothing", nil, media.Attachment, models.Unsupported},
		{"a page", []byte("<!doctype html><script>alert(1)</script>"), media.Attachment, models.Unsupported},
		{"an SVG", []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), media.Attachment, models.Unsupported},
		{"a page that begins like a GIF", []byte("GIF89a/*<script>*/=alert(1)//</script>"), media.Attachment, models.Invalid},
		{"a page with the header of a JPEG", []byte("\xff\xd8\xff\xe0<script>alert(1)</script>"), media.Attachment, models.Invalid},
		{"a HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), media.Attachment, models.Unsupported},
		{"a film without ffmpeg", []byte("\x00\x00\x00\x18ftypisom\x00\x00\x00\x00"), media.Attachment, models.Unsupported},
		{"a film as avatar", []byte("\x00\x00\x00\x18ftypisom\x00\x00\x00\x00"), media.Avatar, models.Unsupported},
		{"half a photograph's header", photograph[:100], media.Attachment, models.Invalid},
		{"half a drawing", drawing[:len(drawing)-40], media.Attachment, models.Invalid},
		{"half a GIF", gifOf(t, 100, 100, 3)[:200], media.Attachment, models.Invalid},
		{"a header of 2^31 x 2^31 pixels", size(drawing, 1<<31-1, 1<<31-1), media.Attachment, models.Invalid},
		{"a header of 50,000 x 50,000 pixels", size(drawing, 50_000, 50_000), media.Attachment, models.Invalid},
		{"a header of 40,000 x 10 pixels", size(drawing, 40_000, 10), media.Attachment, models.Invalid},
		{"no pixels", size(drawing, 0, 10), media.Attachment, models.Invalid},
		{"a photograph with a thousand scans", bytes.Join([][]byte{photograph[:len(photograph)-2], bytes.Repeat(scan, 1000), {0xFF, 0xD9}}, nil), media.Attachment, models.Invalid},
		{"a photograph with a thousand scans behind fill bytes", bytes.Join([][]byte{photograph[:len(photograph)-2], bytes.Repeat(append([]byte{0xFF}, scan...), 1000), {0xFF, 0xD9}}, nil), media.Attachment, models.Invalid},
		{"a GIF without pixels", []byte("GIF89a\x00\x00\x00\x00\x00\x00\x00\x2C\x00\x00\x00\x00\x00\x00\x00\x00\x80\x00\x00\x00\xff\xff\xff\x02\x02\x4c\x01\x00\x3b"), media.Attachment, models.Invalid},
		{"a GIF with too many frames", gifOf(t, 2, 2, 1001), media.Attachment, models.Invalid},
		{"a GIF with too many pixels", bombGIF(), media.Attachment, models.Invalid},
		{"more than 16 MiB", append(drawing, make([]byte, media.MaxPictureBytes)...), media.Attachment, models.TooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			res, err := process(t, test.data, test.purpose)
			if models.KindOf(err) != test.want {
				t.Errorf("Process = %+v, %v; want %s", res, err, test.want)
			}
			if heic := strings.Contains(test.name, "HEIC"); heic != strings.Contains(models.Sentence(err), "HEIC") {
				t.Errorf("the sentence is %q", models.Sentence(err))
			}
		})
	}
}

// bombGIF is a small GIF whose frames have many pixels together.
func bombGIF() []byte {
	data := []byte("GIF89a\x00\x10\x00\x10\x00\x00\x00") // 4096 x 4096
	frame := []byte{0x2C, 0, 0, 0, 0, 0x00, 0x10, 0x00, 0x10, 0x80, 0, 0, 0, 255, 255, 255, 2, 2, 0x4C, 0x01, 0}
	for range 20 {
		data = append(data, frame...)
	}
	return append(data, 0x3B)
}

func TestKeep(t *testing.T) {
	eachStorage(t, func(t *testing.T, s media.Storage) {
		for _, test := range []struct {
			name  string
			data  []byte
			files int
		}{
			{"a photograph with a preview", jpegOf(t, quarters(1200, 800)), 2},
			{"a small photograph", jpegOf(t, quarters(120, 80)), 1},
		} {
			res, err := process(t, test.data, media.Attachment)
			if err != nil {
				t.Fatal(err)
			}
			before := len(list(t, s))
			got, err := res.Keep(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			if n := len(list(t, s)) - before; n != test.files {
				t.Errorf("%s: %d files; want %d", test.name, n, test.files)
			}
			want := models.Media{Type: models.Image, State: models.MediaReady, ContentType: "image/jpeg", Key: got.Key, PreviewKey: got.PreviewKey, Blurhash: res.Blurhash, Meta: res.Meta, Size: res.Original.Size}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.name, diff)
			}
			if !bytes.Equal(read(t, s, got.Key), content(t, res.Original)) {
				t.Errorf("%s: the original is another", test.name)
			}
			if test.files == 1 && got.PreviewKey != got.Key || test.files == 2 && !bytes.Equal(read(t, s, got.PreviewKey), content(t, res.Preview)) {
				t.Errorf("%s: the preview is another", test.name)
			}
		}
	})
}

func TestKeepLeavesNothingWhenItFails(t *testing.T) {
	place := filepath.Join(t.TempDir(), "media")
	s, err := media.NewStorage(place)
	if err != nil {
		t.Fatal(err)
	}
	res, err := process(t, jpegOf(t, quarters(1200, 800)), media.Attachment)
	if err != nil {
		t.Fatal(err)
	}
	res.Preview.Size++ // so that the second file cannot be kept
	if m, err := res.Keep(t.Context(), s); err == nil {
		t.Errorf("Keep = %+v", m)
	}
	if all := list(t, s); all != nil {
		t.Errorf("there is %q", all)
	}
}

func FuzzProcess(f *testing.F) {
	f.Add(segment(jpegOf(f, quarters(20, 20)), 0xE1, exif(6, binary.LittleEndian)))
	f.Add(chunk(pngOf(f, quarters(20, 20)), "eXIf", exif(3, binary.BigEndian)[6:]))
	f.Add(gifOf(f, 20, 20, 3))
	f.Add(webp(f, 6))
	f.Setenv("PATH", "")
	p := media.NewProcessor()
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 32 && (data[16]|data[17]|data[18] != 0 || data[6]|data[7] > 64) && bytes.HasPrefix(data, []byte("\x89PNG")) {
			return // large, which is allowed, but slow
		}
		res, err := p.Process(t.Context(), bytes.NewReader(data), media.Attachment)
		if err != nil {
			return
		}
		for _, file := range []media.File{res.Original, res.Preview} {
			if file.ContentType == "" {
				continue
			}
			if _, format, err := image.DecodeConfig(file.Body); err != nil || "image/"+strings.TrimPrefix(format, "a") != file.ContentType {
				t.Errorf("%s is %s: %v", file.ContentType, format, err)
			}
		}
	})
}

func BenchmarkProcess(b *testing.B) {
	photograph := image.NewNRGBA(image.Rect(0, 0, 4032, 3024))
	for i := range photograph.Pix {
		photograph.Pix[i] = byte(i>>4) | byte(i%7)
		if i%4 == 3 {
			photograph.Pix[i] = 255
		}
	}
	for name, data := range map[string][]byte{"a-photograph-of-12-megapixels": jpegOf(b, photograph), "a-screenshot": pngOf(b, quarters(1920, 1080)), "a-small-picture": jpegOf(b, quarters(400, 300))} {
		for _, purpose := range []media.Purpose{media.Attachment, media.Avatar} {
			b.Run(name+"/"+string(purpose), func(b *testing.B) {
				b.ReportAllocs()
				p := media.NewProcessor()
				for b.Loop() {
					if _, err := p.Process(b.Context(), bytes.NewReader(data), purpose); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

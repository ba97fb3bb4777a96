package media

import (
	"encoding/binary"
	"errors"
)

// The limits of a moving GIF. Its frames are not decoded here, but they are by
// whoever looks at it.
const (
	maxFrames      = 1000
	maxFramePixels = 250_000_000 // of all frames together
)

// animation is a GIF that was read block by block.
type animation struct {
	data   []byte // without comments, data of programs and what follows its end
	frames int
	pixels int // of all frames together
}

var errGIF = errors.New("not a well-formed GIF")

// readGIF goes through the blocks of a GIF and copies those that make the
// picture.
func readGIF(data []byte) (*animation, error) {
	g := gifReader{data: data}
	a := &animation{}
	header := g.take(13)
	a.data = append(a.data, header...)
	a.data = append(a.data, g.colours(header[10])...)
	for !g.broken {
		switch g.take(1)[0] {
		case 0x3B: // trailer
			a.data = append(a.data, 0x3B)
			return a, nil
		case 0x21:
			label := g.take(1)[0]
			if body := g.blocks(); shownExtension(label, body) {
				a.data = append(append(a.data, 0x21, label), body...)
			}
		case 0x2C:
			a.frame(&g)
		default:
			g.broken = true
		}
	}
	return nil, errGIF
}

// shownExtension says whether an extension says how to show the picture: its
// timing, or how often it is repeated.
func shownExtension(label byte, body []byte) bool {
	return label == 0xF9 && len(body) == 6 || label == 0xFF && len(body) == 17 && string(body[:12]) == "\x0BNETSCAPE2.0"
}

// frame copies a frame.
func (a *animation) frame(g *gifReader) {
	head := g.take(9)
	a.frames++
	a.pixels += int(binary.LittleEndian.Uint16(head[4:])) * int(binary.LittleEndian.Uint16(head[6:]))
	g.broken = g.broken || a.frames > maxFrames || a.pixels > maxFramePixels
	a.data = append(append(a.data, 0x2C), head...)
	a.data = append(a.data, g.colours(head[8])...)
	a.data = append(a.data, g.take(1)...) // the size of the first code
	a.data = append(a.data, g.blocks()...)
}

// gifReader reads the parts of a GIF. From the first that is not there on all
// are zeros.
type gifReader struct {
	data   []byte
	broken bool
}

func (g *gifReader) take(n int) []byte {
	if g.broken || n > len(g.data) {
		g.broken = true
		return make([]byte, n)
	}
	part := g.data[:n]
	g.data = g.data[n:]
	return part
}

// colours takes the table of colours that flags announce.
func (g *gifReader) colours(flags byte) []byte {
	if flags&0x80 == 0 {
		return nil
	}
	return g.take(3 << (flags&7 + 1))
}

// blocks takes a row of blocks, each with its length, up to the empty one.
func (g *gifReader) blocks() []byte {
	rest := g.data
	for n := 0; ; {
		size := int(g.take(1)[0])
		if g.broken {
			return nil
		}
		n += 1 + size
		if size == 0 {
			return rest[:n]
		}
		g.take(size)
	}
}

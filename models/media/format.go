package media

import (
	"bytes"
	"encoding/binary"
)

// format is what a file is, as told by its first bytes. Names and media types
// that were sent along are not asked.
type format string

const (
	jpegFormat     format = "image/jpeg"
	pngFormat      format = "image/png"
	gifFormat      format = "image/gif"
	webpFormat     format = "image/webp"
	heicFormat     format = "image/heic" // or AVIF: known, to say so, but not read
	mp4Format      format = "video/mp4"  // or M4A, MOV
	matroskaFormat format = "video/webm"
	oggFormat      format = "audio/ogg"
	mp3Format      format = "audio/mpeg"
	wavFormat      format = "audio/wav"
	flacFormat     format = "audio/flac"
	noFormat       format = ""
)

// PictureTypes are the media types of the pictures that are read.
var PictureTypes = []string{"image/jpeg", "image/png", "image/gif", "image/webp"}

// filmTypes are the media types of the films and sounds that are read where
// ffmpeg is installed.
var filmTypes = []string{"video/mp4", "video/quicktime", "video/webm", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/webm", "audio/wav", "audio/flac"}

// sniffed is how many bytes formatOf looks at.
const sniffed = 16

// formatOf returns what the file that begins with head is.
func formatOf(head []byte) format {
	starts := func(s string) bool { return bytes.HasPrefix(head, []byte(s)) }
	at := func(i int, s string) bool { return len(head) >= i && bytes.HasPrefix(head[i:], []byte(s)) }
	switch {
	case starts("\xff\xd8\xff"):
		return jpegFormat
	case starts("\x89PNG\r\n\x1a\n"):
		return pngFormat
	case starts("GIF87a"), starts("GIF89a"):
		return gifFormat
	case starts("RIFF") && at(8, "WEBP"):
		return webpFormat
	case starts("RIFF") && at(8, "WAVE"):
		return wavFormat
	case at(4, "ftyp"):
		for _, brand := range []string{"avif", "avis", "heic", "heix", "hevc", "heim", "heis", "mif1", "msf1"} {
			if at(8, brand) {
				return heicFormat
			}
		}
		return mp4Format
	case starts("\x1a\x45\xdf\xa3"):
		return matroskaFormat
	case starts("OggS"):
		return oggFormat
	case starts("fLaC"):
		return flacFormat
	case starts("ID3"), mp3Frame(head):
		return mp3Format
	}
	return noFormat
}

// mp3Frame says whether head begins with the header of an MPEG layer III
// frame of a known bit rate and sample rate.
func mp3Frame(head []byte) bool {
	if len(head) < 4 {
		return false
	}
	h := binary.BigEndian.Uint32(head)
	sync, version, layer, bits, rate := h>>21, h>>19&3, h>>17&3, h>>12&15, h>>10&3
	return sync == 0x7FF && version != 1 && layer == 1 && bits != 0 && bits != 15 && rate != 3
}

func (f format) picture() bool {
	return f == jpegFormat || f == pngFormat || f == gifFormat || f == webpFormat
}

package media

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
)

// metadata is what is read of a picture beside its pixels, to be applied and
// then forgotten.
type metadata struct {
	orientation int    // 1 to 8, as EXIF counts
	profile     []byte // ICC colour profile, nil if there is none or it is large
}

// maxProfile is how large a colour profile is read: those of cameras and
// screens, not those of printing presses.
const maxProfile = 64 << 10

// readMetadata reads the metadata of the picture data. What is broken in it
// is taken as not there.
func readMetadata(f format, data []byte) metadata {
	m := metadata{orientation: 1}
	switch f {
	case jpegFormat:
		m.readJPEG(data)
	case pngFormat:
		m.readPNG(data)
	case webpFormat:
		m.readWebP(data)
	}
	return m
}

// readJPEG goes through the segments before the pixels.
func (m *metadata) readJPEG(data []byte) {
	for i := 2; i+4 <= len(data) && data[i] == 0xFF; {
		marker, length := data[i+1], int(binary.BigEndian.Uint16(data[i+2:]))
		if marker == 0xFF { // a fill byte
			i++
			continue
		}
		end := i + 2 + length
		if length < 2 || end > len(data) || marker == 0xDA { // start of scan
			return
		}
		switch body := data[i+4 : end]; {
		case marker == 0xE1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")):
			m.readExif(body[6:])
		case marker == 0xE2 && bytes.HasPrefix(body, []byte("ICC_PROFILE\x00\x01\x01")): // the first part of one
			m.setProfile(body[14:])
		}
		i = end
	}
}

// readPNG goes through the chunks before the pixels.
func (m *metadata) readPNG(data []byte) {
	for i := 8; i+12 <= len(data); {
		length, kind := int(binary.BigEndian.Uint32(data[i:])), string(data[i+4:i+8])
		if length < 0 || length > len(data)-i-12 || kind == "IDAT" {
			return
		}
		body := data[i+8 : i+8+length]
		switch kind {
		case "eXIf":
			m.readExif(body)
		case "iCCP":
			if _, packed, ok := bytes.Cut(body, []byte{0}); ok && len(packed) > 1 {
				m.setPackedProfile(packed[1:])
			}
		}
		i += 12 + length
	}
}

// setPackedProfile unpacks no more of a profile than is read.
func (m *metadata) setPackedProfile(packed []byte) {
	z, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return
	}
	defer z.Close()
	if profile, err := io.ReadAll(io.LimitReader(z, maxProfile+1)); err == nil {
		m.setProfile(profile)
	}
}

// readWebP goes through all chunks: EXIF comes after the pixels.
func (m *metadata) readWebP(data []byte) {
	for i := 12; i+8 <= len(data); {
		kind, length := string(data[i:i+4]), int(binary.LittleEndian.Uint32(data[i+4:]))
		if length < 0 || length > len(data)-i-8 {
			return
		}
		body := data[i+8 : i+8+length]
		switch kind {
		case "EXIF":
			m.readExif(bytes.TrimPrefix(body, []byte("Exif\x00\x00")))
		case "ICCP":
			m.setProfile(body)
		}
		i += 8 + length + length%2
	}
}

func (m *metadata) setProfile(profile []byte) {
	if len(profile) <= maxProfile {
		m.profile = profile
	}
}

// orientationTag is the number of the EXIF tag that is read.
const orientationTag = 0x0112

// readExif reads the orientation from the first directory of the TIFF
// structure in which EXIF is written.
func (m *metadata) readExif(data []byte) {
	if len(data) < 8 {
		return
	}
	var order binary.ByteOrder = binary.LittleEndian
	if string(data[:2]) == "MM" {
		order = binary.BigEndian
	}
	start := order.Uint32(data[4:])
	if uint64(start)+2 > uint64(len(data)) {
		return
	}
	entries := data[start+2:]
	for range order.Uint16(data[start:]) {
		if len(entries) < 12 {
			return
		}
		if order.Uint16(entries) == orientationTag {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				m.orientation = o
			}
			return
		}
		entries = entries[12:]
	}
}

// turned says whether the orientation swaps width and height.
func (m metadata) turned() bool { return m.orientation >= 5 }

package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"atelier/models/media"
	"atelier/models/store"
)

// An archive is a backup in one file: a tar of
//
//	atelier-backup.json   what this is a backup of (archiveHead)
//	tables/000001.json.gz rows of one table: a line that names it, a line for each row
//	media/KEY             the files, as they are
//	end.json              how much there was, and its digest (archiveEnd)
//
// Only one that has its end is whole. The rows are the same whichever engine
// they come from, and may go to the other.
const (
	headName   = "atelier-backup.json"
	endName    = "end.json"
	tablesName = "tables/"
	mediaName  = "media/"

	archiveFormat = 1
)

// archiveHead begins an archive.
type archiveHead struct {
	Format    int       `json:"format"`
	Program   string    `json:"program"` // version of the atelier that wrote it
	Domain    string    `json:"domain"`
	Chapter   string    `json:"chapter"`  // its name
	Database  int64     `json:"database"` // version, see store.Version
	CreatedAt time.Time `json:"created_at"`
}

// archiveEnd ends an archive: what is in it.
type archiveEnd struct {
	Rows   int    `json:"rows"`
	Files  int    `json:"files"`
	Bytes  int64  `json:"bytes"`  // of the files
	SHA256 string `json:"sha256"` // of all names, sizes and contents before
}

// archiveWriter writes an archive.
type archiveWriter struct {
	tar    *tar.Writer
	digest hash.Hash
	now    time.Time
	tables int
	end    archiveEnd
}

func newArchive(w io.Writer, head archiveHead) (*archiveWriter, error) {
	a := &archiveWriter{tar: tar.NewWriter(w), digest: sha256.New(), now: head.CreatedAt.Truncate(time.Second)}
	b, err := json.MarshalIndent(head, "", "  ")
	if err != nil {
		return nil, err
	}
	return a, a.add(headName, int64(len(b)), bytes.NewReader(b))
}

func (a *archiveWriter) add(name string, size int64, r io.Reader) error {
	err := a.tar.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o600, ModTime: a.now})
	if err != nil {
		return err
	}
	note(a.digest, name, size)
	n, err := io.Copy(io.MultiWriter(a.tar, a.digest), io.LimitReader(r, size))
	if err == nil && n < size {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// note takes an entry's name and size into the digest.
func note(digest hash.Hash, name string, size int64) { fmt.Fprintf(digest, "%s\n%d\n", name, size) }

// rows adds rows of a table.
func (a *archiveWriter) rows(r store.Rows) error {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	e := json.NewEncoder(z)
	e.SetEscapeHTML(false)
	if err := e.Encode(tableLine{r.Table, r.Columns}); err != nil {
		return err
	}
	for _, row := range r.Rows {
		for i, v := range row {
			row[i] = packed(v)
		}
		if err := e.Encode(row); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	a.tables++
	a.end.Rows += len(r.Rows)
	return a.add(fmt.Sprintf("%s%06d.json.gz", tablesName, a.tables), int64(b.Len()), &b)
}

// tableLine is the first line of an entry with rows.
type tableLine struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
}

// rawValue is a value that JSON has no form for: bytes, or a text that is not
// UTF-8.
type rawValue struct {
	Bytes []byte  `json:"bytes,omitempty"`
	Text  []byte  `json:"text,omitempty"`
	Float float64 `json:"float,omitempty"`
	Kind  string  `json:"kind"` // "bytes", "text" or "float"
}

func packed(v any) any {
	switch v := v.(type) {
	case []byte:
		return rawValue{Bytes: v, Kind: "bytes"}
	case float64:
		return rawValue{Float: v, Kind: "float"}
	case string:
		if !utf8.ValidString(v) {
			return rawValue{Text: []byte(v), Kind: "text"}
		}
	}
	return v
}

func unpacked(line json.RawMessage) (any, error) {
	if len(line) > 0 && line[0] == '{' {
		var raw rawValue
		if err := json.Unmarshal(line, &raw); err != nil {
			return nil, err
		}
		switch raw.Kind {
		case "bytes":
			return append([]byte{}, raw.Bytes...), nil
		case "text":
			return string(raw.Text), nil
		case "float":
			return raw.Float, nil
		}
		return nil, fmt.Errorf("a value of the kind %q", raw.Kind)
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case nil, bool, string:
		return v, nil
	case json.Number:
		return v.Int64()
	}
	return nil, fmt.Errorf("a value that is no value: %.40s", line)
}

// files adds all files of a storage. One that is deleted meanwhile is left
// out: it is of a post that is gone.
func (a *archiveWriter) files(ctx context.Context, from media.Storage) error {
	for info, err := range from.List(ctx) {
		if err != nil {
			return err
		}
		if err := a.file(ctx, from, info.Key); err != nil {
			return err
		}
	}
	return nil
}

func (a *archiveWriter) file(ctx context.Context, from media.Storage, key string) error {
	f, err := from.Open(ctx, key)
	if missing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	a.end.Files++
	a.end.Bytes += f.Size
	if err := a.add(mediaName+key, f.Size, f); err != nil {
		return fmt.Errorf("copy %s: %w", key, err)
	}
	return nil
}

// close ends the archive; without it, it is not whole.
func (a *archiveWriter) close() error {
	a.end.SHA256 = hex.EncodeToString(a.digest.Sum(nil))
	b, err := json.MarshalIndent(a.end, "", "  ")
	if err != nil {
		return err
	}
	if err := a.add(endName, int64(len(b)), bytes.NewReader(b)); err != nil {
		return err
	}
	return a.tar.Close()
}

// An archiveVisitor is told what is in an archive, in its order. What is nil
// is passed over.
type archiveVisitor struct {
	head func(archiveHead) error
	rows func(store.Rows) error
	file func(key string, size int64, r io.Reader) error
}

var errNoArchive = errors.New("this is no backup of atelier")

// readArchive goes through an archive, and fails unless it is whole and
// unchanged.
func readArchive(r io.Reader, v archiveVisitor) (archiveHead, error) {
	a := &archiveReader{tar: tar.NewReader(bufio.NewReaderSize(r, 1<<16)), digest: sha256.New(), visitor: v}
	for first := true; ; first = false {
		h, err := a.tar.Next()
		switch {
		case first && err != nil, first && h.Name != headName:
			return a.head, errNoArchive
		case err == io.EOF:
			return a.head, errors.New("the backup has no end: it was not written to the end, or was cut off")
		case err != nil:
			return a.head, fmt.Errorf("read the backup: %w", err)
		case h.Name == endName:
			return a.head, a.ended()
		}
		if err := a.entry(h); err != nil {
			return a.head, err
		}
	}
}

type archiveReader struct {
	tar     *tar.Reader
	digest  hash.Hash
	visitor archiveVisitor
	head    archiveHead
	seen    archiveEnd
}

// entry takes in one entry, all of it, whatever the visitor reads.
func (a *archiveReader) entry(h *tar.Header) error {
	note(a.digest, h.Name, h.Size)
	r := io.TeeReader(a.tar, a.digest)
	var err error
	switch {
	case h.Name == headName:
		err = a.begin(r)
	case strings.HasPrefix(h.Name, tablesName):
		err = a.table(r)
	case strings.HasPrefix(h.Name, mediaName):
		a.seen.Files++
		a.seen.Bytes += h.Size
		if a.visitor.file != nil {
			err = a.visitor.file(h.Name[len(mediaName):], h.Size, r)
		}
	default:
		err = fmt.Errorf("the backup has something in it that is not known: %q", h.Name)
	}
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return fmt.Errorf("read the backup: %w", err)
	}
	return nil
}

func (a *archiveReader) begin(r io.Reader) error {
	if err := json.NewDecoder(r).Decode(&a.head); err != nil {
		return errNoArchive
	}
	if a.head.Format != archiveFormat {
		return fmt.Errorf("the backup is of format %d, this program reads %d: use the atelier %s that made it", a.head.Format, archiveFormat, a.head.Program)
	}
	if a.visitor.head != nil {
		return a.visitor.head(a.head)
	}
	return nil
}

func (a *archiveReader) table(r io.Reader) error {
	some, err := readRows(r)
	if err != nil {
		return fmt.Errorf("the backup is damaged: %w", err)
	}
	a.seen.Rows += len(some.Rows)
	if a.visitor.rows != nil {
		return a.visitor.rows(some)
	}
	return nil
}

func readRows(r io.Reader) (some store.Rows, err error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return some, err
	}
	d := json.NewDecoder(z)
	var line tableLine
	if err := d.Decode(&line); err != nil {
		return some, err
	}
	some.Table, some.Columns = line.Table, line.Columns
	for {
		var raw []json.RawMessage
		if err := d.Decode(&raw); err == io.EOF {
			return some, nil
		} else if err != nil {
			return some, err
		}
		row := make([]any, len(raw))
		for i := range raw {
			if row[i], err = unpacked(raw[i]); err != nil {
				return some, err
			}
		}
		some.Rows = append(some.Rows, row)
	}
}

// ended compares what was read with what the archive says of itself.
func (a *archiveReader) ended() error {
	var said archiveEnd
	if err := json.NewDecoder(a.tar).Decode(&said); err != nil {
		return fmt.Errorf("the backup is damaged: %w", err)
	}
	a.seen.SHA256 = hex.EncodeToString(a.digest.Sum(nil))
	if said != a.seen {
		return errors.New("the backup is damaged: what is in it is not what was written")
	}
	return nil
}

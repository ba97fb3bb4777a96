package media

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"atelier/models"
)

// demuxers are ffmpeg's names of the formats. They are told to it, so that a
// file is read as what it was taken for, and not as a list of other files.
var demuxers = map[format]string{
	mp4Format: "mov", matroskaFormat: "matroska", oggFormat: "ogg", mp3Format: "mp3", wavFormat: "wav", flacFormat: "flac",
}

// film reads a film or a sound.
func (p *Processor) film(ctx context.Context, r io.Reader, f format) (*Result, error) {
	folder, err := os.MkdirTemp("", "atelier-film-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for a film: %w", err)
	}
	res := &Result{folder: folder}
	if err := p.fillFilm(ctx, res, r, f); err != nil {
		_ = res.Close()
		return nil, err
	}
	return res, nil
}

// fillFilm does the work of film in the folder of res.
func (p *Processor) fillFilm(ctx context.Context, res *Result, r io.Reader, f format) error {
	if err := save(filepath.Join(res.folder, "in"), r); err != nil {
		return err
	}
	if err := p.films.Acquire(ctx, 1); err != nil {
		return fmt.Errorf("wait to read a film: %w", err)
	}
	defer p.films.Release(1)
	probe, err := p.probe(ctx, res.folder, demuxers[f])
	if err != nil {
		return err
	}
	shape := probe.plan(f)
	args := slices.Concat(input(demuxers[f]), shape.args, nothingElse, []string{"-f", shape.muxer, "out"})
	if _, err := sandbox(ctx, res.folder, p.ffmpeg, args...); err != nil {
		return damagedFilm(err)
	}
	file, err := os.Open(filepath.Join(res.folder, "out"))
	if err != nil {
		return damagedFilm(err)
	}
	stat, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return damagedFilm(err)
	}
	res.Original = File{shape.contentType, file, stat.Size()}
	res.Type = shape.kind
	res.Meta = probe.meta()
	if shape.kind == models.Audio {
		return nil
	}
	return p.addPoster(ctx, res, shape)
}

// save writes what is uploaded to the file name, if it is not too large.
func save(name string, r io.Reader) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("save a film: %w", err)
	}
	defer file.Close()
	n, err := io.Copy(file, io.LimitReader(r, MaxFilmBytes+1))
	if err != nil {
		return fmt.Errorf("save a film: %w", err)
	}
	if n > MaxFilmBytes {
		return tooLarge("file", MaxFilmBytes)
	}
	return file.Close()
}

func damagedFilm(cause error) error {
	return models.Errorf(models.Invalid, "This film or sound is damaged and cannot be read.").On("file").Because(cause)
}

// input are the arguments by which ffmpeg and ffprobe read the upload.
func input(demuxer string) []string {
	return []string{"-hide_banner", "-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe", "-f", demuxer, "-i", "in"}
}

// nothingElse are the arguments by which ffmpeg leaves out all that is neither
// seen nor heard: where the film was made, by what and by whom.
var nothingElse = []string{"-map_metadata", "-1", "-map_metadata:s:v", "-1", "-map_metadata:s:a", "-1", "-map_chapters", "-1", "-sn", "-dn"}

// probe is what ffprobe tells of a file.
type probe struct {
	Format struct {
		Duration string `json:"duration"`
		BitRate  string `json:"bit_rate"`
	} `json:"format"`
	Streams []stream `json:"streams"`

	film, sound *stream // the first of each kind
}

// stream is one of the streams of a file.
type stream struct {
	Kind        string `json:"codec_type"`
	Codec       string `json:"codec_name"`
	Pixels      string `json:"pix_fmt"`
	Width       int    `json:"width"`
	Height      int    `json:"height"`
	Rate        string `json:"avg_frame_rate"`
	Duration    string `json:"duration"`
	Disposition struct {
		Cover int `json:"attached_pic"`
	} `json:"disposition"`
}

// probe reads what the upload in folder is, or says why it is not taken.
func (p *Processor) probe(ctx context.Context, folder, demuxer string) (*probe, error) {
	args := slices.DeleteFunc(input(demuxer), func(arg string) bool { return arg == "-nostdin" })
	out, err := sandbox(ctx, folder, p.ffprobe, append(args, "-of", "json", "-show_entries",
		"format=duration,bit_rate:stream=codec_type,codec_name,pix_fmt,width,height,avg_frame_rate,duration:stream_disposition=attached_pic")...)
	if err != nil {
		return nil, damagedFilm(err)
	}
	var pr probe
	if err := json.Unmarshal(out, &pr); err != nil {
		return nil, damagedFilm(err)
	}
	for i := range pr.Streams {
		switch s := &pr.Streams[i]; {
		case s.Kind == "video" && s.Disposition.Cover == 0 && pr.film == nil:
			pr.film = s
		case s.Kind == "audio" && pr.sound == nil:
			pr.sound = s
		}
	}
	return &pr, pr.check()
}

// check says why a file is not taken.
func (pr *probe) check() error {
	switch {
	case pr.film == nil && pr.sound == nil:
		return damagedFilm(nil)
	case pr.film == nil:
		return nil
	case pr.film.Width*pr.film.Height > MaxFilmPixels:
		return models.Errorf(models.Invalid, "The film has %d x %d pixels; up to 3840 x 2160 can be shown.", pr.film.Width, pr.film.Height).On("file")
	case fraction(pr.film.Rate) > MaxFrameRate:
		return models.Errorf(models.Invalid, "The film has %.0f pictures per second; up to %d can be shown.", fraction(pr.film.Rate), MaxFrameRate).On("file")
	}
	return nil
}

// fraction returns the value of "30000/1001".
func fraction(s string) float64 {
	above, below, _ := strings.Cut(s, "/")
	a, _ := strconv.ParseFloat(above, 64)
	b, _ := strconv.ParseFloat(below, 64)
	return a / b
}

// shape is what is made of a file.
type shape struct {
	kind        models.MediaType
	contentType string
	muxer       string // ffmpeg's name of the format
	args        []string
}

// loopSeconds is how long a silent film may be that is shown as a loop.
const loopSeconds = 60

// plan decides what is made of the file: streams that every browser plays are
// copied, others encoded anew.
func (pr *probe) plan(f format) shape {
	if pr.film == nil {
		return pr.planSound(f)
	}
	kind := models.Video
	if pr.sound == nil && pr.duration() <= loopSeconds {
		kind = models.GIFV
	}
	maps := []string{"-map", "0:V:0", "-map", "0:a:0?"}
	sound := ""
	if pr.sound != nil {
		sound = pr.sound.Codec
	}
	if f == matroskaFormat && slices.Contains([]string{"vp8", "vp9", "av1"}, pr.film.Codec) && slices.Contains([]string{"", "opus", "vorbis"}, sound) {
		return shape{kind, "video/webm", "webm", append(maps, "-c", "copy")}
	}
	args := maps
	if pr.film.Codec == "h264" && pr.film.Pixels == "yuv420p" {
		args = append(args, "-c:v", "copy")
	} else {
		args = append(args, "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p", "-threads", "2",
			"-vf", "scale='trunc(min(1,sqrt(921600/(iw*ih)))*iw/2)*2':'trunc(min(1,sqrt(921600/(iw*ih)))*ih/2)*2'", "-fpsmax", "60")
	}
	if sound == "aac" || sound == "mp3" {
		args = append(args, "-c:a", "copy")
	} else {
		args = append(args, "-c:a", "aac", "-b:a", "128k", "-ac", "2")
	}
	return shape{kind, "video/mp4", "mp4", append(args, "-movflags", "+faststart")}
}

// planSound decides what is made of a sound.
func (pr *probe) planSound(f format) shape {
	args := []string{"-map", "0:a:0", "-vn"}
	switch codec := pr.sound.Codec; {
	case f == mp3Format && codec == "mp3":
		return shape{models.Audio, "audio/mpeg", "mp3", append(args, "-c", "copy", "-id3v2_version", "0", "-write_xing", "0")}
	case f == oggFormat && (codec == "vorbis" || codec == "opus"):
		return shape{models.Audio, "audio/ogg", "ogg", append(args, "-c", "copy")}
	case f == mp4Format && codec == "aac":
		return shape{models.Audio, "audio/mp4", "ipod", append(args, "-c", "copy", "-movflags", "+faststart")}
	}
	return shape{models.Audio, "audio/mpeg", "mp3", append(args, "-c:a", "libmp3lame", "-q:a", "2", "-ac", "2")}
}

// duration is how long the file plays, in seconds, 0 if that is not known.
func (pr *probe) duration() float64 {
	for _, s := range []string{pr.Format.Duration, duration(pr.film), duration(pr.sound)} {
		if d, err := strconv.ParseFloat(s, 64); err == nil && d > 0 {
			return d
		}
	}
	return 0
}

func duration(s *stream) string {
	if s == nil {
		return ""
	}
	return s.Duration
}

// meta returns what clients are told.
func (pr *probe) meta() models.MediaMeta {
	m := models.MediaMeta{Duration: pr.duration()}
	m.Bitrate, _ = strconv.Atoi(pr.Format.BitRate)
	if pr.film != nil {
		m.FrameRate = pr.film.Rate
	}
	return m
}

// addPoster adds the first picture of the film that was made, and its size.
func (p *Processor) addPoster(ctx context.Context, res *Result, made shape) error {
	demuxer := "mov"
	if made.muxer == "webm" {
		demuxer = "matroska"
	}
	args := input(demuxer)
	args[len(args)-1] = "out" // in place of "in"
	frame, err := sandbox(ctx, res.folder, p.ffmpeg, append(args, "-map", "0:V:0", "-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "pipe:1")...)
	if err != nil {
		return damagedFilm(err)
	}
	if _, err := measure(pngFormat, frame); err != nil {
		return damagedFilm(err)
	}
	img, err := decode(pngFormat, frame)
	if err != nil {
		return damagedFilm(err)
	}
	width, height := img.Bounds().Dx(), img.Bounds().Dy()
	w, h := fit(width, height, previewPixels)
	small := picture{Image: img}.scale(w, h)
	if res.Preview, err = (picture{}).encode(small); err != nil {
		return err
	}
	res.Meta.Width, res.Meta.Height, res.Meta.PreviewWidth, res.Meta.PreviewHeight = width, height, w, h
	res.Blurhash, err = blur(small)
	return err
}

package media_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"atelier/models"
	"atelier/models/media"
)

// film makes a film or a sound with ffmpeg, and skips the test without it.
func film(t testing.TB, name string, args ...string) []byte {
	if _, err := exec.LookPath("ffprobe"); err != nil {
		t.Skip("There is no ffprobe: films and sounds are not read.")
	}
	program, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("There is no ffmpeg: films and sounds are not read.")
	}
	file := filepath.Join(t.TempDir(), name)
	hidden := []string{"-metadata", "title=secret", "-metadata", "location=+44.6488-063.5752/", "-metadata:s", "handler_name=secret", "-metadata:s", "language=fra"}
	cmd := exec.Command(program, append(append([]string{"-v", "error"}, args...), append(hidden, file)...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The parts of test films: one second of a picture and of a tone.
var (
	picture = strings.Fields("-f lavfi -t 1 -i testsrc=size=1280x720:rate=10")
	tone    = strings.Fields("-f lavfi -t 1 -i sine=frequency=440:sample_rate=44100")
)

func with(parts ...any) (args []string) {
	for _, part := range parts {
		switch part := part.(type) {
		case []string:
			args = append(args, part...)
		case string:
			args = append(args, strings.Fields(part)...)
		}
	}
	return args
}

// streams returns the codecs in a file, as ffprobe tells them.
func streams(t *testing.T, data []byte) string {
	t.Helper()
	cmd := exec.Command("ffprobe", "-v", "error", "-of", "json", "-show_entries", "stream=codec_name", "pipe:0")
	cmd.Stdin = bytes.NewReader(data)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Streams []struct {
			Codec string `json:"codec_name"`
		} `json:"streams"`
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range answer.Streams {
		names = append(names, s.Codec)
	}
	return strings.Join(names, " ")
}

func TestFilms(t *testing.T) {
	for _, test := range []struct {
		name    string
		file    string
		args    []string
		kind    models.MediaType
		content string
		streams string
		meta    models.MediaMeta
	}{
		{"an MP4 stays as it is", "a.mp4", with(picture, tone, "-c:v libx264 -pix_fmt yuv420p -c:a aac"), models.Video, "video/mp4", "h264 aac",
			models.MediaMeta{Width: 1280, Height: 720, PreviewWidth: 640, PreviewHeight: 360, Duration: 1, FrameRate: "10/1"}},
		{"a WebM stays as it is", "a.webm", with(picture, tone, "-c:v libvpx -deadline realtime -cpu-used 8 -c:a libopus"), models.Video, "video/webm", "vp8 opus",
			models.MediaMeta{Width: 1280, Height: 720, PreviewWidth: 640, PreviewHeight: 360, Duration: 1, FrameRate: "10/1"}},
		{"a MOV becomes MP4", "a.mov", with(picture, tone, "-c:v libx264 -preset ultrafast -pix_fmt yuv444p -c:a pcm_s16le"), models.Video, "video/mp4", "h264 aac",
			models.MediaMeta{Width: 1280, Height: 720, PreviewWidth: 640, PreviewHeight: 360, Duration: 1, FrameRate: "10/1"}},
		{"a silent film is a loop", "a.mp4", with(picture, "-c:v libx264 -pix_fmt yuv420p"), models.GIFV, "video/mp4", "h264",
			models.MediaMeta{Width: 1280, Height: 720, PreviewWidth: 640, PreviewHeight: 360, Duration: 1, FrameRate: "10/1"}},
		{"a film of odd size becomes even", "a.mkv", with("-f lavfi -t 1 -i testsrc=size=2561x1441:rate=10", "-c:v mpeg4"), models.GIFV, "video/mp4", "h264",
			models.MediaMeta{Width: 1278, Height: 720, PreviewWidth: 639, PreviewHeight: 360, Duration: 1, FrameRate: "10/1"}},
		{"an MP3 stays as it is", "a.mp3", with(tone, "-c:a libmp3lame"), models.Audio, "audio/mpeg", "mp3", models.MediaMeta{Duration: 1}},
		{"an Ogg stays as it is", "a.ogg", with(tone, "-c:a libopus"), models.Audio, "audio/ogg", "opus", models.MediaMeta{Duration: 1}},
		{"an M4A stays as it is", "a.m4a", with(tone, "-c:a aac"), models.Audio, "audio/mp4", "aac", models.MediaMeta{Duration: 1}},
		{"a WAV becomes MP3", "a.wav", with(tone), models.Audio, "audio/mpeg", "mp3", models.MediaMeta{Duration: 1}},
		{"a FLAC becomes MP3", "a.flac", with(tone), models.Audio, "audio/mpeg", "mp3", models.MediaMeta{Duration: 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			res, err := process(t, film(t, test.file, test.args...), media.Attachment)
			if err != nil {
				t.Fatal(err)
			}
			data := content(t, res.Original)
			if res.Type != test.kind || res.Original.ContentType != test.content || streams(t, data) != test.streams {
				t.Errorf("%s, %s with %s; want %s, %s with %s", res.Type, res.Original.ContentType, streams(t, data), test.kind, test.content, test.streams)
			}
			if bytes.Contains(data, []byte("secret")) || bytes.Contains(data, []byte("+44.6488")) {
				t.Error("what was hidden is still there")
			}
			if diff := cmp.Diff(test.meta, res.Meta, cmpopts.EquateApprox(0, 0.15), cmpopts.IgnoreFields(models.MediaMeta{}, "Bitrate")); diff != "" {
				t.Errorf("meta (-want +got):\n%s", diff)
			}
			if res.Meta.Bitrate == 0 {
				t.Error("no bit rate")
			}
			if test.kind == models.Audio {
				if res.Preview.ContentType != "" {
					t.Error("a sound has a preview")
				}
				return
			}
			if img, format := decoded(t, res.Preview); format != "jpeg" || img.Bounds().Size() != image.Pt(test.meta.PreviewWidth, test.meta.PreviewHeight) || len(res.Blurhash) != 36 {
				t.Errorf("the preview is a %s of %v, %q", format, img.Bounds(), res.Blurhash)
			}
		})
	}
}

func TestFilmsThatAreNotTaken(t *testing.T) {
	whole := film(t, "a.mp4", with(picture, "-c:v libx264 -pix_fmt yuv420p")...)
	playlist := "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\nconcat:file:///etc/passwd\n#EXT-X-ENDLIST"
	words := filepath.Join(t.TempDir(), "words.srt")
	if err := os.WriteFile(words, []byte("1\n00:00:00,000 --> 00:00:01,000\nHello\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		data []byte
		want models.Kind
	}{
		{"a film of words only", film(t, "d.mkv", "-i", words), models.Invalid},
		{"half a film", whole[:len(whole)/2], models.Invalid},
		{"the beginning of a film", whole[:64], models.Invalid},
		{"a playlist", []byte(playlist), models.Unsupported},
		{"a playlist behind the mark of an MP3", []byte("ID3" + playlist), models.Invalid},
		{"a film of 8192 x 2160 pixels", film(t, "b.mkv", with("-f lavfi -i color=size=8192x2160:rate=10 -frames:v 1", "-c:v ffv1")...), models.Invalid},
		{"a film of 240 pictures per second", film(t, "c.mp4", with("-f lavfi -t 0.5 -i testsrc=size=64x64:rate=240", "-c:v libx264")...), models.Invalid},
		{"more than 99 MiB", append(whole, make([]byte, media.MaxFilmBytes)...), models.TooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := leftovers(t)
			res, err := process(t, test.data, media.Attachment)
			if models.KindOf(err) != test.want {
				t.Errorf("Process = %+v, %v; want %s", res, err, test.want)
			}
			if diff := cmp.Diff(before, leftovers(t)); diff != "" {
				t.Errorf("temporary folders (-before +after):\n%s", diff)
			}
		})
	}
}

// leftovers are the temporary folders of films.
func leftovers(t *testing.T) []string {
	names, err := filepath.Glob(filepath.Join(os.TempDir(), "atelier-film-*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestFilmsAreKept(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	res, err := process(t, film(t, "a.mp4", with(picture, tone, "-c:v libx264 -pix_fmt yuv420p -c:a aac")...), media.Attachment)
	if err != nil {
		t.Fatal(err)
	}
	s, err := media.NewStorage(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m, err := res.Keep(t.Context(), s)
	if err != nil || media.ContentType(m.Key) != "video/mp4" || media.ContentType(m.PreviewKey) != "image/jpeg" || m.State != models.MediaReady {
		t.Fatalf("Keep = %+v, %v", m, err)
	}
	if streams(t, read(t, s, m.Key)) != "h264 aac" {
		t.Error("the film is another")
	}
	if err := res.Close(); err != nil || leftovers(t) != nil {
		t.Errorf("Close: %v, leaves %q", err, leftovers(t))
	}
}

func TestSandbox(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	dir := t.TempDir()
	run := func(script string) (string, error) {
		out, err := media.Sandbox(t.Context(), dir, "/bin/sh", "-c", script)
		return string(out), err
	}
	if out, err := run("pwd; env"); err != nil || strings.Contains(out, "secret") || !strings.HasPrefix(out, dir+"\n") {
		t.Errorf("the program sees %q, %v", out, err)
	}
	if _, err := run("dd if=/dev/zero of=big bs=1M count=300 2>&1"); err == nil {
		t.Error("a file may have any size")
	}
	if _, err := run("head -c 100000000 /dev/zero"); err == nil {
		t.Error("there may be any amount of output")
	}
	if out, err := run("ulimit -v; ulimit -t"); err != nil || out != "2097152\n600\n" {
		t.Errorf("limits of memory and time are %q, %v", out, err)
	}
	if _, err := run("exit 3"); err == nil {
		t.Error("a failure is none")
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := media.Sandbox(cancelled, dir, "/bin/sleep", "60"); err == nil {
		t.Error("the caller cannot leave")
	}
}

func TestSandboxHasNoNetwork(t *testing.T) {
	if exec.Command("unshare", "--user", "--net", "true").Run() != nil {
		t.Skip("This system lets us make no name spaces.")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for c, err := l.Accept(); err == nil; c, err = l.Accept() {
			_, _ = io.WriteString(c, "hello")
			_ = c.Close()
		}
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	reach := "exec 3<>/dev/tcp/127.0.0.1/" + port + " && cat <&3"
	if out, err := exec.Command("/bin/bash", "-c", reach).Output(); err != nil || string(out) != "hello" {
		t.Skip("There is no bash to try with.")
	}
	if out, err := media.Sandbox(t.Context(), t.TempDir(), "/bin/bash", "-c", reach); err == nil {
		t.Errorf("the network answers %q", out)
	}
}

package media

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/url"
	"path"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"atelier/models"
)

// bucket keeps files in a bucket of S3-compatible storage.
type bucket struct {
	client *minio.Client
	name   string
	prefix string // of every key in the bucket, with its slash
}

func newBucket(place string) (*bucket, error) {
	u, err := url.Parse(place)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%q names no bucket: write s3://BUCKET?endpoint=https://HOST", place)
	}
	q := u.Query()
	endpoint := q.Get("endpoint")
	if endpoint == "" {
		endpoint = "https://s3.amazonaws.com"
	}
	at, err := url.Parse(endpoint)
	if err != nil || at.Host == "" || at.Scheme != "https" && at.Scheme != "http" {
		return nil, fmt.Errorf("%q is no endpoint: write https://HOST", endpoint)
	}
	keys := credentials.NewEnvAWS()
	if v, err := keys.GetWithContext(nil); err != nil || v.AccessKeyID == "" || v.SecretAccessKey == "" {
		return nil, fmt.Errorf("the media bucket needs the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
	}
	client, err := minio.New(at.Host, &minio.Options{Creds: keys, Secure: at.Scheme == "https", Region: q.Get("region")})
	if err != nil {
		return nil, fmt.Errorf("open the media bucket: %w", err)
	}
	prefix := strings.TrimPrefix(path.Join(u.Path, q.Get("prefix"))+"/", "/")
	return &bucket{client, u.Host, prefix}, nil
}

// Put implements Storage.
func (b *bucket) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	if !validKey(key) {
		return errNoFile
	}
	exact := &counted{r: r, left: size}
	_, err := b.client.PutObject(ctx, b.name, b.prefix+key, exact, size, minio.PutObjectOptions{ContentType: ContentType(key)})
	if err == nil && exact.over() {
		err = fmt.Errorf("read more than the %d bytes that were announced", size)
		_ = b.Delete(context.WithoutCancel(ctx), key)
	}
	if err != nil {
		return fmt.Errorf("keep %s: %w", key, err)
	}
	return nil
}

// counted reads as many bytes as were announced, and knows whether there are
// more.
type counted struct {
	r    io.Reader
	left int64
}

func (c *counted) Read(p []byte) (int, error) {
	if c.left == 0 {
		return 0, io.EOF
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}

func (c *counted) over() bool {
	n, _ := io.ReadFull(c.r, make([]byte, 1))
	return n > 0
}

// Open implements Storage.
func (b *bucket) Open(ctx context.Context, key string) (*Object, error) {
	if !validKey(key) {
		return nil, errNoFile
	}
	object, err := b.client.GetObject(ctx, b.name, b.prefix+key, minio.GetObjectOptions{})
	if err != nil {
		return nil, b.failed("open", key, err)
	}
	stat, err := object.Stat()
	if err != nil {
		_ = object.Close()
		return nil, b.failed("open", key, err)
	}
	return &Object{object, Info{key, stat.Size, stat.LastModified}}, nil
}

// failed says what went wrong with the file key.
func (b *bucket) failed(doing, key string, err error) error {
	if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		return errNoFile
	}
	return fmt.Errorf("%s %s: %w", doing, key, err)
}

// Delete implements Storage.
func (b *bucket) Delete(ctx context.Context, key string) error {
	if !validKey(key) {
		return errNoFile
	}
	if err := b.client.RemoveObject(ctx, b.name, b.prefix+key, minio.RemoveObjectOptions{}); err != nil {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	return nil
}

// List implements Storage.
func (b *bucket) List(ctx context.Context) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		ctx, cancel := context.WithCancel(ctx) // ends the listing when the caller has enough
		defer cancel()
		for o := range b.client.ListObjects(ctx, b.name, minio.ListObjectsOptions{Prefix: b.prefix, Recursive: true}) {
			if o.Err != nil {
				yield(Info{}, fmt.Errorf("list the media bucket: %w", o.Err))
				return
			}
			if !yield(Info{strings.TrimPrefix(o.Key, b.prefix), o.Size, o.LastModified}, nil) {
				return
			}
		}
	}
}

// Check implements Storage.
func (b *bucket) Check(ctx context.Context) error {
	ok, err := b.client.BucketExists(ctx, b.name)
	if err != nil {
		return models.Errorf(models.Busy, "The media bucket %s cannot be reached.", b.name).Because(err)
	}
	if !ok {
		return models.Errorf(models.NotFound, "There is no bucket %s at the storage's endpoint.", b.name)
	}
	return nil
}

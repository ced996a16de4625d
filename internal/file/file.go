package file

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"entrepot/ent"
	entfile "entrepot/ent/file"
	"entrepot/ent/filechunk"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// Limits told in the graph's descriptions.
const (
	// MaxSize is the most bytes of an upload.
	MaxSize = 100 << 20
	// MaxHeld is the most bytes that the uploads of one person have together.
	MaxHeld = 1 << 30
	// Kept is how long a file is kept.
	Kept = 7 * 24 * time.Hour
	// ChunkSize is how much of a file is in memory at a time.
	ChunkSize = 1 << 20
	maxName   = 200
)

// The content types that files are served as; every other one is Binary.
const (
	CSV    = "text/csv; charset=utf-8"
	XLSX   = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	NDJSON = "application/x-ndjson"
	Binary = "application/octet-stream"
)

// Writer writes a file stretch by stretch. The caller brings the transaction of each.
type Writer struct {
	// File is the row; its size is told once it is finished.
	File *ent.File

	chunks int
	size   int64
	sum    hash.Hash
}

// Create begins a file of userID, made by jobID or, when that is nil, uploaded.
func Create(ctx context.Context, tx store.Tx, now time.Time, name, contentType string, userID int64, jobID *int64) (*Writer, error) {
	row, err := tx.Ent.File.Create().SetName(Name(name)).SetContentType(contentType).SetNillableJobID(jobID).
		SetCreatedBy(userID).SetCreatedAt(store.Moment(now)).SetExpiresAt(store.Moment(now.Add(Kept))).Save(ctx)
	return &Writer{File: row, sum: sha256.New()}, err
}

// Append writes the next stretch, at most [ChunkSize] bytes. When the transaction may
// be tried again, so may Append: it counts in Commit.
func (w *Writer) Append(ctx context.Context, tx store.Tx, data []byte) error {
	return tx.Ent.FileChunk.Create().SetFileID(w.File.ID).SetChunkNo(w.chunks).SetData(data).Exec(ctx)
}

// Commit counts a stretch whose transaction has committed.
func (w *Writer) Commit(data []byte) {
	w.chunks++
	w.size += int64(len(data))
	_, _ = w.sum.Write(data) // a hash takes everything
}

// Size is how many bytes were committed.
func (w *Writer) Size() int64 { return w.size }

// Finish makes the file whole: from then on it can be read.
func (w *Writer) Finish(ctx context.Context, tx store.Tx) (err error) {
	w.File, err = tx.Ent.File.UpdateOneID(w.File.ID).SetSize(w.size).SetSha256(hex.EncodeToString(w.sum.Sum(nil))).SetComplete(true).Save(ctx)
	return err
}

// Discard removes files of a job that were begun and not finished.
func Discard(ctx context.Context, tx store.Tx, jobID int64) error {
	ids, err := tx.Ent.File.Query().Where(entfile.JobID(jobID), entfile.Complete(false)).IDs(ctx)
	if err != nil || len(ids) == 0 {
		return err
	}
	if _, err := tx.Ent.FileChunk.Delete().Where(filechunk.FileIDIn(ids...)).Exec(ctx); err != nil {
		return err
	}
	_, err = tx.Ent.File.Delete().Where(entfile.IDIn(ids...)).Exec(ctx)
	return err
}

// Name is a name fit for a header and a folder: the last part of a path, without
// control characters, at most 200 bytes.
func Name(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError || strings.ContainsRune(`"<>|:*?`, r) {
			return -1
		}
		return r
	}, name)
	for len(name) > maxName {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	if name = strings.Trim(name, ". "); name == "" {
		return "file"
	}
	return name
}

// TypeOf is what a file of that name is served as.
func TypeOf(name string) string {
	switch name = strings.ToLower(name); {
	case strings.HasSuffix(name, ".csv"), strings.HasSuffix(name, ".txt"), strings.HasSuffix(name, ".tsv"):
		return CSV
	case strings.HasSuffix(name, ".xlsx"):
		return XLSX
	case strings.HasSuffix(name, ".ndjson"), strings.HasSuffix(name, ".jsonl"):
		return NDJSON
	}
	return Binary
}

// Upload keeps what r brings as a file of who ctx acts for. It needs job:run. It
// returns TOO_MANY for a file, or uploads together, beyond their limits, and REQUIRED
// for an empty one; then nothing is kept.
func Upload(ctx context.Context, db *store.DB, now func() time.Time, name string, r io.Reader) (_ *ent.File, err error) {
	defer fault.Wrap(&err, "file.Upload")
	who, err := auth.Require(ctx, auth.JobRun)
	if err != nil {
		return nil, err
	}
	at := store.Moment(now())
	var held int64
	if err := db.SQL().QueryRowContext(ctx, `SELECT coalesce(sum(size), 0) FROM files WHERE created_by = $1 AND job_id IS NULL AND expires_at > $2`,
		who.UserID, at).Scan(&held); err != nil {
		return nil, err
	}
	if held > MaxHeld {
		return nil, fault.New(fault.TooMany, fault.Input, "your uploads have more than %d MB together; each is removed after %d days", MaxHeld>>20, int(Kept.Hours()/24))
	}
	var w *Writer
	if err := db.InTx(ctx, func(tx store.Tx) (err error) {
		w, err = Create(ctx, tx, at, name, TypeOf(Name(name)), who.UserID, nil)
		return err
	}); err != nil {
		return nil, err
	}
	if err := w.fill(ctx, db, r); err != nil {
		drop := context.WithoutCancel(ctx)
		return nil, errors.Join(err, db.InTx(drop, func(tx store.Tx) error { return remove(drop, tx, w.File.ID) }))
	}
	return w.File, nil
}

func (w *Writer) fill(ctx context.Context, db *store.DB, r io.Reader) error {
	buf := make([]byte, ChunkSize)
	for {
		n, err := io.ReadFull(r, buf)
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		switch {
		case err != nil && !last:
			return err
		case w.size+int64(n) > MaxSize:
			return TooLarge()
		case last && w.size+int64(n) == 0:
			return fault.New(fault.Required, fault.Input, "the file is empty")
		}
		if err := db.InTx(ctx, func(tx store.Tx) error {
			if n == 0 {
				return nil
			}
			return w.Append(ctx, tx, buf[:n])
		}); err != nil {
			return err
		}
		if n > 0 {
			w.Commit(buf[:n])
		}
		if last {
			return db.InTx(ctx, func(tx store.Tx) error { return w.Finish(ctx, tx) })
		}
	}
}

// TooLarge refuses an upload beyond [MaxSize].
func TooLarge() error {
	return fault.New(fault.TooMany, fault.Input, "a file has at most %d MB; split it, or send a table as CSV", MaxSize>>20)
}

func remove(ctx context.Context, tx store.Tx, id int64) error {
	if _, err := tx.Ent.FileChunk.Delete().Where(filechunk.FileID(id)).Exec(ctx); err != nil {
		return err
	}
	return tx.Ent.File.DeleteOneID(id).Exec(ctx)
}

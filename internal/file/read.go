package file

import (
	"context"
	"io"
	"os"
	"time"

	"entrepot/ent"
	entfile "entrepot/ent/file"
	"entrepot/ent/filechunk"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// Find is a whole file of who ctx acts for, nil when they have none with that id or it
// has expired.
func Find(ctx context.Context, db *store.DB, id int64, now time.Time) (_ *ent.File, err error) {
	defer fault.Wrap(&err, "file.Find")
	row, err := mine(ctx, db, now).Where(entfile.ID(id)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return row, err
}

// mine are the whole files of who ctx acts for that have not expired.
func mine(ctx context.Context, db *store.DB, now time.Time) *ent.FileQuery {
	who := auth.From(ctx)
	if who == nil {
		who = &auth.Principal{} // nobody's
	}
	return db.Ent().File.Query().Where(entfile.CreatedBy(who.UserID), entfile.Complete(true), entfile.ExpiresAtGT(store.Moment(now)))
}

// ByID are those of these files that are one's own.
func ByID(ctx context.Context, db *store.DB, ids []int64, now time.Time) (_ []*ent.File, err error) {
	defer fault.Wrap(&err, "file.ByID")
	return mine(ctx, db, now).Where(page.In(entfile.FieldID, ids)).All(ctx)
}

// OfJobs are the files that one's own jobs made, by job, the first one first.
func OfJobs(ctx context.Context, db *store.DB, jobIDs []int64, now time.Time) (_ map[int64][]*ent.File, err error) {
	defer fault.Wrap(&err, "file.OfJobs")
	rows, err := mine(ctx, db, now).Where(page.In(entfile.FieldJobID, jobIDs)).Order(ent.Asc(entfile.FieldID)).All(ctx)
	out := make(map[int64][]*ent.File, len(jobIDs))
	for _, f := range rows {
		out[*f.JobID] = append(out[*f.JobID], f)
	}
	return out, err
}

// Path is where a file is downloaded.
func Path(f *ent.File) string { return "/files/" + f.GlobalID().String() }

// Copy writes the content of a file, stretch by stretch.
func Copy(ctx context.Context, db *store.DB, f *ent.File, w io.Writer) (err error) {
	defer fault.Wrap(&err, "file.Copy")
	var done int64
	for no := 0; done < f.Size; no++ {
		c, err := db.Ent().FileChunk.Query().Where(filechunk.FileID(f.ID), filechunk.ChunkNo(no)).Only(ctx)
		if err != nil {
			return err
		}
		if _, err := w.Write(c.Data); err != nil {
			return err
		}
		done += int64(len(c.Data))
	}
	return nil
}

// Spool brings a file to this machine's disk, for readers that go to and fro in it.
// The caller removes it.
func Spool(ctx context.Context, db *store.DB, f *ent.File) (path string, err error) {
	tmp, err := os.CreateTemp("", "entrepot-file-")
	if err != nil {
		return "", err
	}
	defer func() {
		if e := tmp.Close(); err == nil {
			err = e
		}
		if err != nil {
			_ = os.Remove(tmp.Name())
		}
	}()
	return tmp.Name(), Copy(ctx, db, f, tmp)
}

// Expire removes the content of files that expired before, at most so many stretches,
// and the files that have none left, but for those that a job names; n is how many
// stretches and files.
func Expire(ctx context.Context, tx store.Tx, before time.Time, most int) (n int64, err error) {
	defer fault.Wrap(&err, "file.Expire")
	most = min(most, expireChunks)
	res, err := tx.SQL.ExecContext(ctx, `DELETE FROM file_chunks WHERE id IN (
  SELECT c.id FROM files f JOIN file_chunks c ON c.file_id = f.id WHERE f.expires_at < $1 ORDER BY f.expires_at, c.id LIMIT $2)`,
		store.Moment(before), most)
	if err != nil {
		return 0, err
	}
	if n, err = res.RowsAffected(); err != nil || n > 0 {
		return n, err
	}
	res, err = tx.SQL.ExecContext(ctx, `DELETE FROM files WHERE id IN (
  SELECT f.id FROM files f WHERE f.expires_at < $1 AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.source_file_id = f.id)
  ORDER BY f.expires_at LIMIT $2)`, store.Moment(before), most)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// expireChunks bounds what one transaction removes: stretches are large.
const expireChunks = 50

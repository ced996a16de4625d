package httpd

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/file"
	"entrepot/internal/job"
	"entrepot/internal/page"
)

const (
	// transferTime is how long a file may take to come or go: 100 MB at 1 Mbit/s.
	transferTime = 15 * time.Minute
	// wrapping is what a form adds to the file in it.
	wrapping = 64 << 10
)

// files is what people upload, and what jobs made for them.
type files struct{ Options }

// only lets nobody through who is not signed in.
func (f files) only(next http.HandlerFunc) http.Handler {
	return authenticate(f.Auth, f.Log, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if auth.From(r.Context()) == nil {
			fail(w, r, http.StatusUnauthorized, fault.Unauthenticated, "sign in first, and send Authorization: Bearer and the access token")
			return
		}
		next(w, r)
	}))
}

// upload keeps the body as a file: the first file of a form, or the body itself, whose
// name is then in the query. A body that says how large it is, is refused before it is
// read.
func (f files) upload(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength > file.MaxSize+wrapping {
		f.refuse(w, r, file.TooLarge())
		return
	}
	if err := http.NewResponseController(w).SetReadDeadline(f.Now().Add(transferTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		f.refuse(w, r, err)
		return
	}
	name, body, err := content(r)
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	row, err := file.Upload(r.Context(), f.DB, f.Now, name, body)
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	w.Header().Set("Location", file.Path(row))
	writeJSON(w, http.StatusCreated, map[string]any{
		"id": row.GlobalID().String(), "name": row.Name, "size": row.Size, "sha256": row.Sha256, "expiresAt": row.ExpiresAt.UTC().Format(time.RFC3339),
	})
}

func content(r *http.Request) (name string, body io.Reader, err error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return r.URL.Query().Get("name"), r.Body, nil
	}
	form, err := r.MultipartReader()
	if err != nil {
		return "", nil, fault.New(fault.Invalid, fault.Input, "the form is malformed: %v", err)
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return "", nil, fault.New(fault.Required, fault.Input, "the form has no file")
		}
		if err != nil {
			return "", nil, err
		}
		if part.FileName() != "" {
			return part.FileName(), part, nil
		}
	}
}

// download sends a file of the person who asks. For everybody else there is none.
func (f files) download(w http.ResponseWriter, r *http.Request) {
	id, err := page.ParseID(r.PathValue("id"))
	if err != nil {
		f.missing(w, r)
		return
	}
	row, err := file.Find(r.Context(), f.DB, id.Of("File"), f.Now())
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	if row == nil {
		f.missing(w, r)
		return
	}
	f.attach(w, row.Name, row.ContentType)
	w.Header().Set("Content-Length", strconv.FormatInt(row.Size, 10))
	if err := file.Copy(r.Context(), f.DB, row, w); err != nil {
		f.broken(r, err)
	}
}

// errors sends the rows that a job refused as a table: row, column, code, message and
// the row as it was given. It is made as it is sent, and so is also that of a job that
// still runs.
func (f files) errors(w http.ResponseWriter, r *http.Request) {
	id, err := page.ParseID(r.PathValue("id"))
	if err != nil {
		f.missing(w, r)
		return
	}
	row, err := job.Find(r.Context(), f.DB, id.Of("Job"))
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	if row == nil || !job.Mine(r.Context(), row) {
		f.missing(w, r)
		return
	}
	f.attach(w, "errors.csv", file.CSV)
	if err := job.WriteRefused(r.Context(), f.DB, row, w); err != nil {
		f.broken(r, err)
	}
}

// attach has browsers save what comes, and never show it as a page of ours.
func (f files) attach(w http.ResponseWriter, name, contentType string) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Cache-Control", "private, no-store")
	_ = http.NewResponseController(w).SetWriteDeadline(f.Now().Add(transferTime)) // a writer without deadlines has none to extend
}

func (f files) missing(w http.ResponseWriter, r *http.Request) {
	fail(w, r, http.StatusNotFound, fault.NotFound, "you have no such file, or it has expired")
}

// refuse answers with what is wrong with a request.
func (f files) refuse(w http.ResponseWriter, r *http.Request, err error) {
	var list fault.List
	var stop *fault.Error
	var large *http.MaxBytesError
	status := map[fault.Code]int{fault.TooMany: http.StatusRequestEntityTooLarge, fault.Forbidden: http.StatusForbidden, fault.Unauthenticated: http.StatusUnauthorized}
	answer := func(code fault.Code, message string) {
		s, known := status[code]
		if !known {
			s = http.StatusBadRequest
		}
		if s == http.StatusRequestEntityTooLarge {
			w.Header().Set("Connection", "close") // nobody reads what is still to come
		}
		fail(w, r, s, code, message)
	}
	switch {
	case errors.As(err, &large):
		answer(fault.TooMany, file.TooLarge().Error())
	case errors.As(err, &list):
		answer(list[0].Code, list.Error())
	case errors.As(err, &stop):
		answer(stop.Code, stop.Message)
	default:
		f.broken(r, err)
		fail(w, r, http.StatusInternalServerError, fault.Internal, "internal error")
	}
}

func (f files) broken(r *http.Request, err error) {
	if r.Context().Err() == nil {
		f.Log.ErrorContext(r.Context(), "files", "err", err.Error(), "requestId", fault.RequestID(r.Context()))
	}
}

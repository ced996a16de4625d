package httpd

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/file"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// signIn makes a user with a built-in role and returns their token.
func (f *front) signIn(name, role string) string {
	f.t.Helper()
	if err := f.opts.DB.InTx(f.t.Context(), func(tx store.Tx) error {
		now := store.Moment(time.Now())
		roles, err := tx.Ent.Role.Query().All(f.t.Context())
		if err != nil {
			return err
		}
		make := tx.Ent.User.Create().SetUsername(name).SetPasswordHash("none").SetCreatedAt(now).SetUpdatedAt(now)
		for _, r := range roles {
			if r.Name == role {
				make.AddRoles(r)
			}
		}
		return make.Exec(f.t.Context())
	}); err != nil {
		f.t.Fatal(err)
	}
	session, err := f.opts.Auth.IssueToken(f.t.Context(), name, time.Hour)
	if err != nil {
		f.t.Fatal(err)
	}
	return session.AccessToken
}

// endless is a body of that many bytes, which nobody has in memory.
func endless(n int64) io.Reader { return io.LimitReader(zeros{}, n) }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func (f *front) send(method, path, token string, body io.Reader, length int64, header ...string) *httptest.ResponseRecorder {
	f.t.Helper()
	r := httptest.NewRequestWithContext(f.t.Context(), method, path, body)
	r.ContentLength = length
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

func codeOf(t *testing.T, w *httptest.ResponseRecorder) fault.Code {
	t.Helper()
	var answer struct {
		Errors []struct{ Extensions struct{ Code fault.Code } }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || len(answer.Errors) == 0 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return answer.Errors[0].Extensions.Code
}

func TestFilesComeAndGo(t *testing.T) {
	t.Parallel()
	f := setup(t)
	keeper, other := f.signIn("kim", auth.RoleKeeper), f.signIn("lee", auth.RoleKeeper)
	content := bytes.Repeat([]byte("sku,name\nA,a\n"), 200_000) // more than two stretches
	w := f.send(http.MethodPost, "/files?name="+"..%2F..%2F%E9%9B%B6%E4%BB%B6%22.csv", keeper, bytes.NewReader(content), -1)
	if w.Code != http.StatusCreated {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	var made struct {
		ID, Name, Sha256 string
		Size             int64
	}
	if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil || made.Name != "零件.csv" || made.Size != int64(len(content)) || len(made.Sha256) != 64 {
		t.Errorf("%+v %v", made, err)
	}
	path := w.Header().Get("Location")
	w = f.send(http.MethodGet, path, keeper, http.NoBody, 0)
	if w.Code != http.StatusOK || !bytes.Equal(w.Body.Bytes(), content) {
		t.Errorf("%d, %d bytes", w.Code, w.Body.Len())
	}
	for name, want := range map[string]string{
		"Content-Disposition": "attachment; filename*=utf-8''%E9%9B%B6%E4%BB%B6.csv", "X-Content-Type-Options": "nosniff",
		"Content-Type": file.CSV, "Cache-Control": "private, no-store", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	// For others there is none, whatever they may do.
	for who, token := range map[string]string{"another keeper": other, "the admin": f.admin} {
		if w := f.send(http.MethodGet, path, token, http.NoBody, 0); w.Code != http.StatusNotFound {
			t.Errorf("%s reads it: %d", who, w.Code)
		}
	}
	for _, p := range []string{"/files/" + made.ID + "x", "/files/nonsense", "/jobs/nonsense/errors.csv", "/jobs/" + made.ID + "/errors.csv"} {
		if w := f.send(http.MethodGet, p, keeper, http.NoBody, 0); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", p, w.Code)
		}
	}
	if w := f.send(http.MethodGet, path, "", http.NoBody, 0); w.Code != http.StatusUnauthorized || codeOf(t, w) != fault.Unauthenticated {
		t.Errorf("a stranger: %d", w.Code)
	}

	// What pretends to be a page is served as bytes.
	w = f.send(http.MethodPost, "/files?name=evil.html", keeper, strings.NewReader("<script>alert(1)</script>"), -1, "Content-Type", "text/html")
	if w = f.send(http.MethodGet, w.Header().Get("Location"), keeper, http.NoBody, 0); w.Header().Get("Content-Type") != file.Binary {
		t.Errorf("served as %s", w.Header().Get("Content-Type"))
	}

	// A form, as browsers send it.
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	part, err := m.CreateFormFile("file", `C:\parts.csv`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte("sku\nA\n")); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	w = f.send(http.MethodPost, "/files", keeper, &form, -1, "Content-Type", m.FormDataContentType())
	if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil || made.Name != "parts.csv" || made.Size != 6 {
		t.Errorf("%d %+v", w.Code, made)
	}

	// Somebody who is archived reads nothing any more.
	if err := f.opts.DB.InTx(t.Context(), func(tx store.Tx) error {
		return tx.Ent.User.Update().SetStatus(stock.StatusArchived).Exec(t.Context())
	}); err != nil {
		t.Fatal(err)
	}
	f.opts.Auth.Forget(2)
	if w := f.send(http.MethodGet, path, keeper, http.NoBody, 0); w.Code != http.StatusUnauthorized {
		t.Errorf("an archived user reads it: %d", w.Code)
	}
}

func TestUploadsAreBounded(t *testing.T) {
	t.Parallel()
	f := setup(t)
	keeper := f.signIn("kim", auth.RoleKeeper)
	read := &counted{Reader: endless(2 << 30)}
	if w := f.send(http.MethodPost, "/files?name=x.csv", keeper, read, 2<<30); w.Code != http.StatusRequestEntityTooLarge || codeOf(t, w) != fault.TooMany || read.n != 0 {
		t.Errorf("2 GB were answered with %d after %d bytes", w.Code, read.n)
	}
	// One that does not say how large it is, is counted.
	if w := f.send(http.MethodPost, "/files?name=x.csv", keeper, read, -1); w.Code != http.StatusRequestEntityTooLarge || read.n > file.MaxSize+2<<20 {
		t.Errorf("endless bytes were answered with %d after %d bytes", w.Code, read.n)
	}
	var left int
	if err := f.opts.DB.SQL().QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM files) + (SELECT count(*) FROM file_chunks)`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d rows are left of it: %v", left, err)
	}
	if w := f.send(http.MethodPost, "/files?name=x.csv", keeper, http.NoBody, 0); w.Code != http.StatusBadRequest || codeOf(t, w) != fault.Required {
		t.Errorf("an empty file: %d", w.Code)
	}
	if w := f.send(http.MethodPost, "/graphql", keeper, endless(2<<20), -1, "Content-Type", "application/json"); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a large operation: %d", w.Code)
	}
}

type counted struct {
	io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

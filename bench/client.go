//go:build linux

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// client is one kept-alive connection. It reads no more of HTTP than our two
// servers speak: what it costs is taken from the same cores as theirs.
type client struct {
	conn net.Conn
	in   *bufio.Reader
	body []byte
}

func dial(addr string) (*client, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &client{conn: conn, in: bufio.NewReaderSize(conn, 32<<10)}, nil
}

func (c *client) close() { c.conn.Close() }

var (
	statusOK      = []byte("HTTP/1.1 200 ")
	contentLength = []byte("Content-Length: ")
	chunked       = []byte("Transfer-Encoding: chunked") // others write the names in small letters
)

// do sends a request and returns the body of the answer, which must be 200. The
// body is valid until the next call.
func (c *client) do(request []byte) ([]byte, error) {
	if err := c.conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return nil, err
	}
	if _, err := c.conn.Write(request); err != nil {
		return nil, err
	}
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	var status string
	if !bytes.HasPrefix(line, statusOK) {
		status = string(bytes.TrimSpace(line))
	}
	length := -1
	for {
		line, err = c.in.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		line = bytes.TrimRight(line, "\r\n")
		switch {
		case len(line) == 0:
			if length < 0 {
				err = c.readChunks()
			} else {
				err = c.read(length)
			}
			if err == nil && status != "" {
				err = fmt.Errorf("%s: %.500s", status, c.body)
			}
			return c.body, err
		case len(line) > len(contentLength) && bytes.EqualFold(line[:len(contentLength)], contentLength):
			if length, err = strconv.Atoi(string(line[len(contentLength):])); err != nil {
				return nil, err
			}
		case bytes.EqualFold(line, chunked):
			length = -1
		}
	}
}

func (c *client) read(n int) error {
	c.body = grow(c.body[:0], n)
	_, err := io.ReadFull(c.in, c.body)
	return err
}

func (c *client) readChunks() error {
	c.body = c.body[:0]
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		n, err := strconv.ParseUint(string(bytes.TrimSpace(line)), 16, 31)
		if err != nil {
			return errors.New("neither a length nor chunks")
		}
		at := len(c.body)
		c.body = grow(c.body, int(n))
		if _, err := io.ReadFull(c.in, c.body[at:]); err != nil {
			return err
		}
		if _, err := c.in.Discard(2); err != nil || n == 0 {
			return err
		}
	}
}

// grow makes b longer by n bytes.
func grow(b []byte, n int) []byte {
	if cap(b)-len(b) < n {
		b = append(make([]byte, 0, 2*len(b)+n), b...)
	}
	return b[:len(b)+n]
}

// get and post render a whole request.
func get(path string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\nHost: bench\r\n\r\n")
}

func post(path, token, body string) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		path, token, len(body), body)
}

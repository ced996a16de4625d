package graphqlhttp

import (
	"mime"
	"strconv"
	"strings"
)

// mediaType is a form of answer. The legacy one answers well-formed requests
// with 200 whatever became of them; the other tells by status too.
type mediaType string

const (
	mediaLegacy   mediaType = "application/json"
	mediaResponse mediaType = "application/graphql-response+json"
)

func (m mediaType) header() string { return string(m) + "; charset=utf-8" }

// accepted is what an Accept header leads to.
type accepted struct {
	media mediaType
	ok    bool
	// explicit: one of the two types was named, not covered by a wildcard.
	// A browser never does so by itself for a link, an image or a form.
	explicit bool
}

// negotiate picks the type with the greatest weight, the first of equals. No
// header and wildcards mean the legacy type, which every client understands.
func negotiate(header []string) accepted {
	joined := strings.TrimSpace(strings.Join(header, ","))
	if joined == "" {
		return accepted{media: mediaLegacy, ok: true}
	}
	var best accepted
	var weight float64
	for part := range strings.SplitSeq(joined, ",") {
		name, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		q := quality(params["q"])
		a := accepted{ok: true}
		switch name {
		case string(mediaLegacy), string(mediaResponse):
			a.media, a.explicit = mediaType(name), true
		case "*/*", "application/*":
			a.media = mediaLegacy
		default:
			continue
		}
		if cs := params["charset"]; cs != "" && !strings.EqualFold(cs, "utf-8") {
			continue
		}
		if q > weight {
			best, weight = a, q
		}
	}
	return best
}

func quality(s string) float64 {
	if s == "" {
		return 1
	}
	q, err := strconv.ParseFloat(s, 64)
	if err != nil || q < 0 || q > 1 {
		return 0
	}
	return q
}

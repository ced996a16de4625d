package main

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

const inorderPath = "entrepot/graph/internal/inorder"

// counts tells what was rewritten.
type counts struct{ objects, leaves, lists, maps int }

func (c *counts) add(n counts) {
	c.objects += n.objects
	c.leaves += n.leaves
	c.lists += n.lists
	c.maps += n.maps
}

type edit struct {
	from, to int
	text     string
}

// source is one file being rewritten: edits are text, found through the syntax tree.
type source struct {
	text  []byte
	fset  *token.FileSet
	file  *ast.File
	edits []edit
	counts
}

func rewrite(name string, text []byte) ([]byte, counts, error) {
	s := &source{text: text, fset: token.NewFileSet()}
	var err error
	if s.file, err = parser.ParseFile(s.fset, name, text, parser.ParseComments); err != nil {
		return nil, counts{}, err
	}
	scalars := s.scalarFields()
	for _, d := range s.file.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Recv == nil || fn.Body == nil {
			continue
		}
		switch {
		case scalars[strings.TrimPrefix(fn.Name.Name, "_")]:
			s.leaf(fn)
		case fn.Name.Name == "Exec":
			s.execution(fn)
		case isObject(fn):
			if err := s.object(fn); err != nil {
				return nil, counts{}, err
			}
		default:
			s.list(fn)
		}
	}
	if len(s.edits) == 0 {
		return text, counts{}, nil
	}
	out, err := tidy(name, s.apply())
	return out, s.counts, err
}

func (s *source) replace(from, to token.Pos, text string) {
	s.edits = append(s.edits, edit{s.fset.Position(from).Offset, s.fset.Position(to).Offset, text})
}

func (s *source) of(n ast.Node) string {
	return string(s.text[s.fset.Position(n.Pos()).Offset:s.fset.Position(n.End()).Offset])
}

func (s *source) apply() []byte {
	slices.SortFunc(s.edits, func(a, b edit) int { return b.from - a.from })
	out := slices.Clone(s.text)
	for _, e := range s.edits {
		out = slices.Replace(out, e.from, e.to, []byte(e.text)...)
	}
	return out
}

// tidy adds the import of inorder where it is used, drops those that nothing uses any more, and formats.
func tidy(name string, text []byte) ([]byte, error) {
	s := &source{text: text, fset: token.NewFileSet()}
	var err error
	if s.file, err = parser.ParseFile(s.fset, name, text, parser.ParseComments); err != nil {
		return nil, err
	}
	used := map[string]bool{}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok {
				used[id.Name] = true
			}
		}
		return true
	})
	for i, spec := range s.file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		base := path[strings.LastIndex(path, "/")+1:]
		if spec.Name != nil {
			base = spec.Name.Name
		} else if base == "v2" {
			base = "gqlparser"
		}
		switch {
		case i == 0 && used["inorder"]:
			s.replace(spec.Pos(), spec.Pos(), strconv.Quote(inorderPath)+"\n")
		case !used[base] && base != "_" && base != "embed":
			s.replace(spec.Pos(), spec.End(), "")
		}
	}
	out, err := format.Source(s.apply())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return out, nil
}

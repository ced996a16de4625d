package main

import (
	"fmt"
	"go/ast"
	"strings"
)

// scalarFields are the fields, as Type_field, that have no fields of their own
// and no arguments.
func (s *source) scalarFields() map[string]bool {
	out := map[string]bool{}
	for _, d := range s.file.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		name, found := strings.CutPrefix(fn.Name.Name, "fieldContext_")
		if found && len(fn.Body.List) == 1 && strings.Contains(s.of(fn.Body), "graphql.NewScalarFieldContext(") {
			out[name] = true
		}
	}
	return out
}

// leaf makes a scalar that is read from the row itself write it at once, without
// a field context: it cannot fail, and nobody asks for its path.
func (s *source) leaf(fn *ast.FuncDecl) {
	call := resolveField(fn)
	if call == nil {
		return
	}
	value := onlyReturn(call.Args[4])
	marshal := onlyReturn(call.Args[6])
	if len(value) != 2 || s.of(value[1]) != "nil" || len(marshal) != 1 || s.of(call.Args[5]) != "nil" {
		return
	}
	if text := s.of(value[0]); !strings.HasPrefix(text, "obj.") || strings.Contains(text, "ctx") {
		return
	}
	write, ok := marshal[0].(*ast.CallExpr)
	if !ok || len(write.Args) != 3 {
		return
	}
	s.replace(fn.Body.Lbrace+1, fn.Body.Rbrace,
		fmt.Sprintf("\nreturn %s(ctx, field.Selections, %s)\n", s.of(write.Fun), s.of(value[0])))
	s.leaves++
}

// resolveField is the call that the body consists of.
func resolveField(fn *ast.FuncDecl) *ast.CallExpr {
	if len(fn.Body.List) != 1 {
		return nil
	}
	ret, ok := fn.Body.List[0].(*ast.ReturnStmt)
	if !ok || len(ret.Results) != 1 {
		return nil
	}
	call, ok := ret.Results[0].(*ast.CallExpr)
	if !ok || len(call.Args) != 9 {
		return nil
	}
	return call
}

// onlyReturn are the results of a function literal that only returns.
func onlyReturn(e ast.Expr) []ast.Expr {
	fn, ok := e.(*ast.FuncLit)
	if !ok || len(fn.Body.List) != 1 {
		return nil
	}
	ret, ok := fn.Body.List[0].(*ast.ReturnStmt)
	if !ok {
		return nil
	}
	return ret.Results
}

// isObject: the function that marshals a type other than a root.
func isObject(fn *ast.FuncDecl) bool {
	p := fn.Type.Params.List
	if !strings.HasPrefix(fn.Name.Name, "_") || len(p) != 3 || len(p[1].Names) != 1 || p[1].Names[0].Name != "sel" {
		return false
	}
	first, ok := fn.Body.List[0].(*ast.AssignStmt)
	if !ok {
		return false
	}
	call, ok := first.Rhs[0].(*ast.CallExpr)
	return ok && name(call.Fun) == "graphql.CollectFields"
}

// object resolves the fields of an object one by one.
func (s *source) object(fn *ast.FuncDecl) error {
	var cases []ast.Stmt
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if sw, ok := n.(*ast.SwitchStmt); ok && cases == nil && s.of(sw.Tag) == "field.Name" {
			cases = sw.Body.List
		}
		return cases == nil
	})
	implementors := s.of(fn.Body.List[0].(*ast.AssignStmt).Rhs[0].(*ast.CallExpr).Args[2])
	var b strings.Builder
	fmt.Fprintf(&b, "\nout := inorder.Collect(ec.OperationContext, sel, %s)\nfor i, field := range out.Fields {\nswitch field.Name {\n", implementors)
	for _, c := range cases {
		clause := c.(*ast.CaseClause)
		if len(clause.List) == 0 {
			continue
		}
		label := s.of(clause.List[0])
		if label == `"__typename"` {
			typ := strings.TrimPrefix(fn.Name.Name, "_")
			fmt.Fprintf(&b, "case %s:\nout.Set(i, graphql.MarshalString(%q))\n", label, typ)
			continue
		}
		call := s.fieldCall(clause)
		if call == "" {
			return fmt.Errorf("%s: no call in case %s", fn.Name.Name, label)
		}
		set := "Set"
		if strings.Contains(s.of(clause), "== graphql.Null ") {
			set = "SetNonNull"
		}
		fmt.Fprintf(&b, "case %s:\nout.%s(i, %s)\n", label, set, call)
	}
	b.WriteString("default:\npanic(\"unknown field \" + strconv.Quote(field.Name))\n}\n}\nreturn out.Done()\n")
	s.replace(fn.Body.Lbrace+1, fn.Body.Rbrace, b.String())
	s.objects++
	return nil
}

// fieldCall is the call ec._Type_field(ctx, field, obj) in a case.
func (s *source) fieldCall(clause *ast.CaseClause) (found string) {
	ast.Inspect(clause, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && strings.HasPrefix(name(call.Fun), "ec._") {
			found = s.of(call)
		}
		return found == ""
	})
	return found
}

// list marshals the elements of a list in their order.
func (s *source) list(fn *ast.FuncDecl) {
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || name(call.Fun) != "graphql.MarshalSliceConcurrently" || len(call.Args) != 5 {
			return true
		}
		s.replace(call.Pos(), call.Args[4].Pos(), "inorder.Slice(ctx, "+s.of(call.Args[1])+", ")
		s.lists++
		return false
	})
}

func name(e ast.Expr) string {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	id, ok := sel.X.(*ast.Ident)
	if !ok {
		return ""
	}
	return id.Name + "." + sel.Sel.Name
}

// execution takes out of Exec what it prepares for every operation and nobody
// asks for: a map of the functions that read inputs, for code that reads inputs
// by their type (graphql.UnmarshalInputFromContext). The more inputs the schema
// has, the more it costs, also an operation that has none.
func (s *source) execution(fn *ast.FuncDecl) {
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		assign, ok := n.(*ast.AssignStmt)
		if !ok || len(assign.Rhs) != 1 {
			return true
		}
		call, ok := assign.Rhs[0].(*ast.CallExpr)
		if !ok {
			return true
		}
		switch name(call.Fun) {
		case "graphql.BuildUnmarshalerMap":
			s.maps++
			s.replace(assign.Pos(), assign.End(), "")
		case "graphql.WithUnmarshalerMap":
			s.replace(assign.Pos(), assign.End(), "")
		}
		return true
	})
}

// Rewrite makes the generated code of gqlgen walk answers in order, see package
// inorder, and takes out what it prepares for nobody. It runs after gqlgen, on the folder it is given, and fails when it
// does not find the shapes it knows, which is what a new version of gqlgen may
// bring.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("rewrite: ")
	if len(os.Args) != 2 {
		log.Fatal("usage: rewrite FOLDER")
	}
	if err := folder(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func folder(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.generated.go"))
	if err != nil {
		return err
	}
	var total counts
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		out, n, err := rewrite(name, source)
		if err != nil {
			return err
		}
		total.add(n)
		if err := os.WriteFile(name, out, 0o644); err != nil {
			return err
		}
	}
	if total.objects == 0 || total.leaves == 0 || total.lists == 0 || total.maps == 0 {
		return fmt.Errorf("%s: rewrote %+v: gqlgen's output has another shape now", dir, total)
	}
	return nil
}

package reservation

import "strings"

// zipped is, in SQLite's SQL, a table of lists that are handed in side by side as
// JSON arrays: its columns bear the names, its rows are the places in the lists. The
// lists are read once each and joined by an index: a join of json_each with itself
// would read one whole list for each element of the other.
func zipped(params, names []string) string {
	var with, columns, joins []string
	for i, name := range names {
		list := "list_" + name
		with = append(with, list+" AS MATERIALIZED (SELECT key, value FROM json_each("+params[i]+"))")
		columns = append(columns, list+".value AS "+name)
		if i > 0 {
			joins = append(joins, " JOIN "+list+" ON "+list+".key = list_"+names[0]+".key")
		}
	}
	return "(WITH " + strings.Join(with, ", ") + " SELECT " + strings.Join(columns, ", ") + " FROM list_" + names[0] + strings.Join(joins, "") + ")"
}

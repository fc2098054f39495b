// Package place reads where a co-op is.
//
// The list says it in words: "Montreal and Quebec City, Canada", "UK (Remote)",
// "Errenteria, Basque Country". Open a Gazetteer, Read such a cell, and get
// the places it names, each with its country (ISO 3166-1) and coordinates,
// and whether the co-op works remotely. What named no place is handed back
// too, so that nobody has to guess what was left out.
//
// The gazetteer is three tables in this folder, read without any network:
// countries.tsv, subdivisions.tsv and cities.tsv. Adding a town, or another
// name for one, is adding to one line there; SOURCES.md says where they come
// from. words.tsv holds the words for remote work, for parts of the world
// that are no country, and the small words a place can be wrapped in.
//
// Two decisions a reader may wonder about. "Remote", "distributed",
// "worldwide" and their like set the remote flag; "elsewhere" and "and
// beyond" do not, because they say that there are more places, not that there
// is none. And "Europe" or "EU" alone name no country, so they give no place.
package place

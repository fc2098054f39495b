// Package opendata writes the directory's entries in forms that other programs
// read: for spreadsheets, for maps, for search engines, and as the list.
//
// Each is written as it is read, so that a directory of any size takes little
// memory; only the list is made whole. Co-ops that are not listed any more are in
// none of them.
package opendata

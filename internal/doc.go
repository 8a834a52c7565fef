// Package internal holds the rooms of Recado and no code of its own. README.md beside this
// file is their map; the tests here hold the rule of who may import whom, and that everything
// exported is documented.
package internal

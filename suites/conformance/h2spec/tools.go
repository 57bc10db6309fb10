//go:build tools

// Package h2spec pins the version of h2spec and of what it is built from; go.sum has the checksums.
package h2spec

import (
	_ "github.com/summerwind/h2spec/cmd/h2spec"
	_ "github.com/summerwind/h2spec/cmd/h2specd"
)

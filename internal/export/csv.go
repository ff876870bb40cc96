package export

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"warroom/internal/journal"
	"warroom/internal/room"
)

// columns are those of the CSV form. All but the last are for people and their
// spreadsheets; the last is the whole record, from which alone is read back.
var columns = []string{"n", "recorded", "happened", "type", "kind", "state", "word", "was", "title", "region", "account", "service", "actor", "text", "record"}

// isCSV says whether a first line is that of the CSV form.
func isCSV(first []byte) bool { return strings.HasPrefix(string(first), columns[0]+","+columns[1]+",") }

// CSV writes a journal as comma-separated values, RFC 4180: the names of the columns, a
// row of the type "header" that holds the header, then a row a record, in order.
func CSV(ctx context.Context, out io.Writer, r *journal.Reader, now time.Time) error {
	w := csv.NewWriter(out)
	header, err := json.Marshal(headerOf(r, now))
	if err != nil {
		return err
	}
	row := make([]string, len(columns))
	row[0], row[3], row[8], row[len(row)-1] = "0", "header", cell(r.Meta().Room), string(header)
	if drill := r.Meta().Drill; drill != "" {
		row[13] = cell("DRILL: " + drill)
	}
	for _, each := range [][]string{columns, row} {
		if err := w.Write(each); err != nil {
			return err
		}
	}
	err = r.Entries(ctx, 0, 0, everything, func(e journal.Entry) error {
		text, err := numbered(e)
		if err != nil {
			return err
		}
		return w.Write(append(forPeople(e), string(text)))
	})
	w.Flush()
	return errors.Join(err, w.Error())
}

// forPeople is a record in the columns that people read.
func forPeople(e journal.Entry) []string {
	row := make([]string, len(columns)-1)
	row[0], row[1] = strconv.FormatInt(e.N, 10), stamp(e.Record.At())
	switch {
	case e.Record.Event != nil:
		event := e.Record.Event
		row[2], row[3], row[12], row[13] = stamp(event.At), string(event.Type), event.Actor, event.Text
		row[8], row[9], row[10] = event.Subject, event.Scope.Region, event.Scope.Account
		if event.Trouble != nil {
			row[13] = event.Trouble.String()
		}
		if s := event.Signal; s != nil {
			row[4], row[5], row[6], row[7] = string(s.Kind), s.State.String(), s.Word, event.WasTo
			row[8], row[9], row[10], row[11], row[13] = s.Title, s.Region, s.Account, s.Service, s.Why()
		}
	case e.Record.Reading != nil:
		reading := e.Record.Reading
		row[2], row[3], row[4], row[8] = stamp(reading.Looked), "reading", reading.Scope.Source, reading.Watch
		row[9], row[10] = reading.Scope.Region, reading.Scope.Account
		for _, m := range reading.Measured {
			for _, s := range m.Samples {
				row[5], row[13] = s.State.String(), s.Text
			}
		}
	default:
		row[2], row[3], row[8], row[13] = stamp(e.Record.Chart.To), "chart", e.Record.Chart.Key, e.Record.Chart.Metric
	}
	for i, text := range row[3:] {
		row[3+i] = cell(text)
	}
	return row
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000Z")
}

// cell keeps a spreadsheet from running a text as a formula. Source: OWASP, "CSV
// Injection".
func cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

// readCSV reads the CSV form, whose first line was read already.
func readCSV(lines *lines) (Header, iter.Seq2[room.Record, error], error) {
	in := csv.NewReader(&bounded{in: lines.in})
	in.FieldsPerRecord = len(columns)
	in.ReuseRecord = true
	var h Header
	row, err := in.Read()
	if err != nil {
		return h, nil, broken(err)
	}
	if row[3] != "header" || json.Unmarshal([]byte(row[len(row)-1]), &h) != nil {
		return h, nil, &Broken{2, "this row would be the header of an export, and is not"}
	}
	if err := h.check(); err != nil {
		return h, nil, &Broken{2, err.Error()}
	}
	return h, func(yield func(room.Record, error) bool) {
		o := newOrder(h)
		for {
			row, err := in.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			var r room.Record
			if err != nil {
				err = broken(err)
			} else {
				number, _ := in.FieldPos(0)
				r, err = parse([]byte(row[len(row)-1]), o, number+1)
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}, nil
}

// broken is the error of the CSV reader in words, counting the line that was read
// before it.
func broken(err error) error {
	var wrong *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return &Broken{2, "the header of the export is missing"}
	case !errors.As(err, &wrong):
		return err
	case errors.Is(wrong.Err, csv.ErrFieldCount):
		return &Broken{wrong.StartLine + 1, "it has not the " + strconv.Itoa(len(columns)) + " columns of an export; it may break off"}
	}
	return &Broken{wrong.StartLine + 1, "column " + strconv.Itoa(wrong.Column) + ": the quotes do not close, or the row breaks off"}
}

package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
)

// fill gives every field of a value something of its own, so that a field which is not
// written, also one that does not exist yet, is found.
func fill(random *rand.Rand, v reflect.Value) {
	switch value := v.Addr().Interface().(type) {
	case *time.Time:
		*value = time.Unix(random.Int64N(4e9), random.Int64N(1e9)).UTC()
		return
	case *room.State:
		*value = room.State(1 + random.IntN(3))
		return
	case *room.Kind:
		*value = room.Kinds[random.IntN(len(room.Kinds))]
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("tëxt <&> \"%d\"\n", random.Uint32()))
	case reflect.Int32:
		v.SetInt(1 + random.Int64N(1e9))
	case reflect.Int, reflect.Int64:
		v.SetInt(1 + random.Int64N(1e12))
	case reflect.Uint32, reflect.Uint64:
		v.SetUint(1 + random.Uint64N(1e9))
	case reflect.Float64:
		v.SetFloat(random.NormFloat64())
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(random, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1+random.IntN(3), 4))
		for i := range v.Len() {
			fill(random, v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(random, v.Field(i))
		}
	case reflect.Interface: // a Detail is chosen by whoever fills
	default:
		panic("there is no filling for " + v.Type().String())
	}
}

// full makes a record of each sort, with all that one may have.
func full(random *rand.Rand) []room.Record {
	var records []room.Record
	for _, detail := range []room.Detail{new(room.HealthDetail), new(room.AlarmDetail), new(room.ProbeDetail), new(room.GroupDetail)} {
		e := new(room.Event)
		signal := new(room.Signal)
		for _, name := range []string{"Key", "Kind", "Scope", "State", "Word", "Title", "Reason", "Came", "Service", "Account", "Region", "Since", "Heard"} {
			fill(random, reflect.ValueOf(signal).Elem().FieldByName(name))
		}
		fill(random, reflect.ValueOf(detail).Elem())
		signal.Detail = detail
		t := reflect.TypeFor[room.Event]()
		for i := range t.NumField() {
			if t.Field(i).Name != "Signal" {
				fill(random, reflect.ValueOf(e).Elem().Field(i))
			}
		}
		e.Type, e.Signal, e.Stamp.Node = room.EventSignal, signal, e.ID.Node
		records = append(records, room.Record{Event: e})
	}
	reading, chart := new(room.Reading), new(room.Chart)
	fill(random, reflect.ValueOf(reading).Elem())
	fill(random, reflect.ValueOf(chart).Elem())
	reading.Measured[0].Samples[0].Phases = room.NoPhases
	return append(records, room.Record{Reading: reading}, room.Record{Chart: chart})
}

func TestWhatIsWrittenIsReadBackWhole(t *testing.T) {
	for seed := range uint64(50) {
		for _, record := range full(rand.New(rand.NewPCG(seed, 3))) {
			text, err := Encode(record)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.ContainsAny(text, "\n\r") {
				t.Fatalf("more than one line: %q", text)
			}
			back, err := Decode(text)
			if err != nil {
				t.Fatalf("%v: %s", err, text)
			}
			if !reflect.DeepEqual(back, record) {
				t.Fatalf("not the same\n%s\nreads as\n%s", spew(record), spew(back))
			}
		}
	}
}

func spew(v any) string {
	text, _ := json.MarshalIndent(v, "", " ")
	return string(text)
}

func TestASignalIsWrittenWithItsFactsAlone(t *testing.T) {
	shown := []string{"Standing", "Ack", "Claim", "Samples", "Series", "Looks", "Lasted"} // readings, and what only a Snapshot's signals have
	written := reflect.TypeFor[signal]().NumField() - 4 + 1                               // four details stand for one field
	if all := reflect.TypeFor[room.Signal]().NumField(); all != written+len(shown) {
		t.Fatalf("a room.Signal has %d fields and %d are written beside %v; write the new one", all, written, shown)
	}
}

func TestTimesThatJSONCannotHoldBecomeAbsent(t *testing.T) {
	e := &room.Event{ID: room.EventID{Node: "a", Number: 1}, Stamp: room.Stamp{Node: "a"}, Type: room.EventNote, At: time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)}
	text, err := Encode(room.Record{Event: e})
	if err != nil {
		t.Fatal(err)
	}
	back, err := Decode(text)
	if err != nil || !back.Event.At.IsZero() {
		t.Fatalf("%v %v", back.Event, err)
	}
}

func TestWhatIsNoRecordIsRefusedInWords(t *testing.T) {
	for text, want := range map[string]string{
		`{"event":`: "no JSON from byte",
		`{}`:        "0 of them",
		`{"event":{"type":"note","node":"a","number":1},"chart":{}}`:     "2 of them",
		`{"event":{"type":"party","node":"a","number":1}}`:               `no event of the type "party"`,
		`{"event":{"type":"note","number":1}}`:                           "needs a node",
		`{"event":{"type":"note","node":"a","number":"one"}}`:            "cannot be a",
		`{"event":{"type":"signal","node":"a","number":1}}`:              "has a signal",
		`{"event":{"type":"scope","node":"a","number":1}}`:               "has a scope",
		`{"reading":{"measured":[{"samples":[{"state":"fantastic"}]}]}}`: `no state "fantastic"`,
	} {
		_, err := Decode([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func BenchmarkReadingAnEventOfAnAlarm(b *testing.B) {
	text, err := Encode(full(rand.New(rand.NewPCG(1, 3)))[1])
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(text); err != nil {
			b.Fatal(err)
		}
	}
}

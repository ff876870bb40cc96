package screen

import (
	"bytes"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
)

// Limits of what a terminal may send in one piece.
const (
	sequenceLimit = 4 << 10  // bytes of a sequence that has not ended; terminals answer in far fewer
	pasteLimit    = 16 << 10 // bytes of a paste that are kept; no input takes more
)

// keyboard turns the bytes of a terminal into messages. What it does not understand it
// drops. Not safe for concurrent use.
type keyboard struct {
	decoder uv.EventDecoder
	rest    []byte // the beginning of a sequence
	pasting bool
	paste   []byte
}

// take gives the messages in some bytes. waits says that there may be more to come of the
// last one: a lone escape is a key of its own only if nothing follows.
func (k *keyboard) take(input []byte) (messages []tea.Msg, waits bool) {
	k.rest = append(k.rest, input...)
	messages = k.scan(false)
	if len(k.rest) > sequenceLimit {
		k.rest = nil
	}
	return messages, len(k.rest) > 0
}

// expire gives the messages in what has waited for more in vain.
func (k *keyboard) expire() []tea.Msg {
	messages := k.scan(true)
	k.rest = nil
	return messages
}

func (k *keyboard) scan(expired bool) (messages []tea.Msg) {
	buf := k.rest
	for len(buf) > 0 {
		if !expired && opensString(buf) && !closesString(buf) {
			break
		}
		n, event := k.decoder.Decode(buf)
		if n == 0 {
			break
		}
		if !expired && n == len(buf) && unfinished(buf, event) {
			break
		}
		messages = append(messages, k.message(event)...)
		buf = buf[n:]
	}
	k.rest = append(k.rest[:0], buf...)
	if len(k.rest) == 0 {
		k.rest = nil
	}
	return messages
}

// opensString says whether a control string begins: an answer of the terminal, which ends
// with a BEL or an ST. Source: ECMA-48, 5.6.
func opensString(buf []byte) bool {
	return len(buf) > 1 && buf[0] == 0x1b && bytes.IndexByte([]byte("]P_^X"), buf[1]) >= 0
}

func closesString(buf []byte) bool {
	return bytes.IndexByte(buf, '\a') >= 0 || bytes.Contains(buf, []byte("\x1b\\"))
}

// lone says whether what waits is an escape by itself, which is a key if nothing follows at
// once. The rest of anything longer is on its way, however slow the line.
func (k *keyboard) lone() bool { return len(k.rest) == 1 }

// unfinished says whether more bytes could make something else of the last ones.
func unfinished(buf []byte, event uv.Event) bool {
	if buf[0] == 0x1b && len(buf) <= 2 {
		return true
	}
	if _, unknown := event.(uv.UnknownEvent); unknown {
		return buf[0] == 0x1b || !utf8.FullRune(buf)
	}
	return false
}

// message is an event as Bubble Tea has it. Within a paste only text counts.
func (k *keyboard) message(event uv.Event) []tea.Msg {
	switch event := event.(type) {
	case uv.MultiEvent:
		var all []tea.Msg
		for _, each := range event {
			all = append(all, k.message(each)...)
		}
		return all
	case uv.PasteStartEvent:
		k.pasting, k.paste = true, nil
	case uv.PasteEndEvent:
		if !k.pasting {
			return nil
		}
		text := string(k.paste)
		k.pasting, k.paste = false, nil
		return []tea.Msg{tea.PasteMsg{Content: text}}
	case uv.KeyPressEvent:
		if k.pasting {
			k.addPasted(event)
			return nil
		}
		return []tea.Msg{tea.KeyPressMsg(event)}
	case uv.PasteEvent:
		return []tea.Msg{tea.PasteMsg(event)}
	case uv.MouseClickEvent:
		return []tea.Msg{tea.MouseClickMsg(event)}
	case uv.MouseWheelEvent:
		return []tea.Msg{tea.MouseWheelMsg(event)}
	case uv.FocusEvent:
		return []tea.Msg{tea.FocusMsg(event)}
	case uv.BlurEvent:
		return []tea.Msg{tea.BlurMsg(event)}
	case uv.BackgroundColorEvent:
		return []tea.Msg{tea.BackgroundColorMsg(event)}
	}
	return nil
}

// addPasted adds a key to the paste that goes on.
func (k *keyboard) addPasted(key uv.KeyPressEvent) {
	text := key.Text
	if text == "" && (key.Code == uv.KeyEnter || key.Code == 'j' && key.Mod == uv.ModCtrl) {
		text = "\n"
	}
	if text == "" && key.Code == uv.KeyTab {
		text = "\t"
	}
	if len(k.paste)+len(text) <= pasteLimit {
		k.paste = append(k.paste, text...)
	}
}

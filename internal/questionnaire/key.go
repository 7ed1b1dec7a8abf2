package questionnaire

import "encoding/binary"

// PathKey is the same for all answers that no question's condition can tell apart and that leave the same questions open:
// they have the same Path. It tells less about a person than their answers do.
func (d *Definition) PathKey(answers Answers, v *Values) string {
	g := &d.program.graph
	key := make([]byte, 0, 8*g.length+len(answers)/8+1)
	for pair, tests := range g.deciding {
		key = binary.LittleEndian.AppendUint64(key, v.words[2*pair]&tests)
		key = binary.LittleEndian.AppendUint64(key, v.words[2*pair+1]&tests)
	}
	var open byte
	for i := range answers {
		if answers[i].State == NotReached {
			open |= 1 << (i & 7)
		}
		if i&7 == 7 || i == len(answers)-1 {
			key, open = append(key, open), 0
		}
	}
	return string(key)
}

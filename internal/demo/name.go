package demo

import (
	"math/rand/v2"
	"strings"
)

// tongue is a stock of made-up names in one language.
type tongue struct {
	weight               float64
	women, men, families string
	familyFirst          bool
}

var tongues = []tongue{
	{46, "Anna Maria Claire Ruth Joan Emily Grace Alice Nora Ivy Hannah Rosa Helen Judith Beth Carol Megan Tess", "Robert Alan Peter Simon Martin Hugh Owen Neil Jack Colin Samuel Ian Gareth Leo Frank",
		"Berg Whitlow Marsh Okafor Pennock Hale Dunmore O'Shea Lindqvist Farrow Tansley Brook Ashdown Quill Merrow Keane Sutter Vance Holloway Prior Thorne Ellery Moss", false},
	{12, "Ana Lucía María-José Carmen Inés Pilar Beatriz", "Javier Luis Andrés Tomás Emilio", "Villaseca Robledo Monteagudo Ibarrola Quesada Peñalba Fuentesol", false},
	{9, "Anneliese Ulrike Jördis Käthe Svenja Gülay", "Jürgen Holger Björn Matthias Emre", "Großkopf Müllerhain Özdemir-Lang Weißenborn Schäferlein Überall", false},
	{8, "Ольга Марина Татьяна Людмила Вера", "Сергей Николай Игорь Аркадий", "Заречная Полевой Светлова Тихомиров Ясная Озеров", false},
	{5, "Agnieszka Małgorzata Zofia", "Łukasz Paweł Grzegorz", "Wrzosek Źródlak Dębowska Świerk", false},
	{4, "Ελένη Σοφία Αγγελική", "Γιώργος Νίκος", "Θαλασσινού Βουνάκη Αμπελά", false},
	{4, "ليلى فاطمة نورة سلمى", "يوسف كريم سامي", "النخيل البستاني الزيتوني", false},
	{3, "רות תמר יעל", "דוד אורי", "ברוש אלון כרמי", false},
	{4, "丽华 秀英 晓梅", "建国 志强", "林 沈 顾 江", true},
	{3, "अनीता सुनीता कमला", "राजेश विजय", "वनमाली सागर पर्वत", false},
	{2, "미경 지영 수진", "성호 민수", "강 윤 서", true},
}

// name makes up a name; some people give only the first.
func name(chance *rand.Rand, woman bool) string {
	weights := make([]float64, len(tongues))
	for i := range tongues {
		weights[i] = tongues[i].weight
	}
	t := tongues[choose(chance, weights)]
	firsts, families := strings.Fields(t.women), strings.Fields(t.families)
	if !woman {
		firsts = strings.Fields(t.men)
	}
	first, family := firsts[chance.IntN(len(firsts))], families[chance.IntN(len(families))]
	switch {
	case t.familyFirst:
		return family + first
	case chance.IntN(8) == 0:
		return first
	case chance.IntN(7) == 0:
		return first + " " + firsts[chance.IntN(len(firsts))] + " " + family
	}
	return first + " " + family
}

// pleas are what people write beside their answers, whatever they have.
var pleas = []string{
	"I would be glad of an appointment in the late afternoon.", "Please write rather than ring, I work nights.", "I have a list of my medicines with me.",
	"Blood was taken in spring, the results should be with you.", "Thank you for reading this.", "My daughter helped me with the computer.",
	"I am away until the end of the month.", "Can this be seen without travelling to town?", "Should I come fasting?", "Спасибо, что читаете это.",
	"Gracias por su tiempo.", "Bitte nur vormittags anrufen.", "أرجو أن يكون الموعد مساءً.",
}

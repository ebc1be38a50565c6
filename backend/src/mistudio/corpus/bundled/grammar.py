"""The grammars of the bundled sample's stories, one per language; all sentences are our own.

A gap such as ``{hero}`` is filled once per story; an alternative ``[a|b]`` is chosen each time. A story is a beginning,
some of the middle sentences in order, and an end.
"""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_ALTERNATIVES: Final = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True)
class Grammar:
    """The stories of one language: titles, sentences of the three parts, and the words that fill their gaps."""

    titles: Sequence[str]
    beginnings: Sequence[str]
    middles: Sequence[str]
    ends: Sequence[str]
    gaps: Mapping[str, Sequence[str]]
    separator: str = " "

    def write_story(self, chance: random.Random, *, sentences: int) -> tuple[str, str]:
        """Return a title and a text: a beginning, about ``sentences`` middle sentences, and an end."""
        words = {name: chance.choice(list(values)) for name, values in self.gaps.items()}
        if sentences <= len(self.middles):
            middle = [self.middles[at] for at in sorted(chance.sample(range(len(self.middles)), sentences))]
        else:
            middle = chance.choices(list(self.middles), k=sentences)
        parts = [chance.choice(list(self.beginnings)), *middle, chance.choice(list(self.ends))]
        title = _fill_gaps(chance.choice(list(self.titles)), words, chance)
        return title, self.separator.join(_fill_gaps(part, words, chance) for part in parts)


def _fill_gaps(pattern: str, words: Mapping[str, str], chance: random.Random) -> str:
    chosen = _ALTERNATIVES.sub(lambda match: chance.choice(match[1].split("|")), pattern)
    return chosen.format_map(words)


ENGLISH: Final = Grammar(
    titles=("{hero} and the {thing}", "The {adjective} {thing}", "A day at the {place}", "{hero} meets {friend}"),
    beginnings=(
        "Once upon a time, there was a [little|young|curious|quiet] girl named {hero} who lived near the {place}.",
        "One [sunny|rainy|windy|cold] morning, {hero} walked to the {place} with a {thing}.",
        "{hero} had always wanted to see the {place} at [night|dawn|noon].",
        "“Wait for me!” called {hero}, and ran after {friend} all the way to the {place}.",
        "Nobody in the village knew why the {thing} had been left at the {place}.",
    ),
    middles=(
        "There {hero} saw a {adjective} {animal} that [sat|slept|hummed|waited] beside a {thing}.",
        "The {animal} said, “[Hello|Good day|At last], {hero}. I have been [waiting|looking|hoping] for you.”",
        "{hero} was [afraid|surprised|delighted], but did not run away.",
        "“Can you help me?” asked the {animal}. “I have lost my {thing}.”",
        "They looked under the [table|bridge|stones|leaves] and behind the [door|tree|wall], but found nothing.",
        "Then {friend} came along with a basket of [apples|bread|plums|letters] and a [broad|shy|tired] smile.",
        "{friend} counted to [three|ten|twenty|a hundred], because that always helps when one has to think.",
        "It began to [rain|snow|get dark], and the wind [sang|whistled|grumbled] in the roof.",
        "Suddenly something [small|bright|heavy] fell out of the [tree|sky|cupboard], right in front of {hero}.",
        "It was the {thing}, [wet|dusty|a little bent], but whole!",
        "The {animal} [laughed|danced|jumped] until its [ears|feet|whiskers] hurt.",
        "“Thank you,” it said. “Here is a [button|key|feather] for each of you. Keep it in your [pocket|left shoe].”",
        "{hero} and {friend} shared the last of the [cake|soup|bread] and told what they had [seen|dreamed].",
        "On the way home they passed the {place} again, and it looked [smaller|brighter|friendlier] than before.",
    ),
    ends=(
        "From that day on, {hero} and the {animal} were the best of friends.",
        "And when {hero} told the story at home, [nobody|only grandmother|everybody] believed it.",
        "{hero} fell asleep with the {thing} under the pillow, and slept until [noon|the bells rang].",
        "The end.",
        "“Tomorrow,” said {friend}, “we shall come back.” And so they did.",
    ),
    gaps={
        "hero": ("Lily", "Mia", "Nora", "Ada", "Zoe", "Ines", "Ruth", "Tara", "Yuki", "Amara"),
        "friend": ("Tom", "Ben", "Omar", "Leo", "Sven", "Kofi", "Raj", "Hugo", "Emil", "Noah"),
        "animal": ("fox", "owl", "hedgehog", "cat", "heron", "toad", "squirrel", "mouse", "badger", "goat"),
        "place": ("park", "lighthouse", "market", "old mill", "river", "library", "harbour", "station", "orchard"),
        "thing": (
            "red ball",
            "lantern",
            "silver spoon",
            "kite",
            "map",
            "blue umbrella",
            "clock",
            "wooden horse",
            "drum",
        ),
        "adjective": ("tiny", "golden", "forgotten", "noisy", "gentle", "crooked", "sleepy", "brave"),
    },
)

GERMAN: Final = Grammar(
    titles=("{hero} und der Fuchs", "Der Tag am {place}"),
    beginnings=(
        "Es war einmal ein [kleines|neugieriges] Mädchen namens {hero}.",
        "{hero} wohnte in einem Haus am {place}.",
    ),
    middles=(
        "Eines [Morgens|Abends] fand {hero} eine [alte|schöne] Uhr im Gras.",
        "„Wem gehört die wohl?“, fragte {hero} und hörte, wie sie tickte.",
        "Da kam ein Fuchs über die Straße und grüßte [höflich|müde].",
        "Sie gingen zusammen zum {place} und aßen Äpfel.",
        "Plötzlich schlug die Uhr [drei|zwölf], und es wurde ganz still.",
    ),
    ends=("Und wenn sie nicht gestorben sind, dann leben sie noch heute.", "So ging der Tag zu Ende."),
    gaps={"hero": ("Käthe", "Jörg", "Mareike", "Björn"), "place": ("Fluss", "Bahnhof", "Marktplatz", "Wäldchen")},
)

FRENCH: Final = Grammar(
    titles=("{hero} et la clé", "Une journée au {place}"),
    beginnings=("Il était une fois une petite fille qui s’appelait {hero}.", "{hero} habitait près du {place}."),
    middles=(
        "Un [matin|soir], elle trouva une clé [dorée|rouillée] sous l’escalier.",
        "« À qui est-elle ? » demanda-t-elle à son père.",
        "Le chat répondit : « Peut-être à moi, peut-être à personne. »",
        "Ils allèrent au {place}, où il y avait déjà beaucoup de monde.",
        "Ça sentait le pain chaud et le café.",
    ),
    ends=("Et ils vécurent heureux, là-bas, très longtemps.", "C’est ainsi que finit l’histoire."),
    gaps={"hero": ("Élodie", "Zoé", "Léa", "Françoise"), "place": ("marché", "port", "château", "jardin")},
)

SPANISH: Final = Grammar(
    titles=("{hero} y la luna", "Un día en el {place}"),
    beginnings=("Érase una vez una niña llamada {hero}.", "{hero} vivía cerca del {place}."),
    middles=(
        "Una [mañana|noche] vio un pájaro [rojo|muy pequeño] en la ventana.",
        "—¿De dónde vienes? —preguntó {hero}.",
        "El pájaro no contestó, pero señaló el {place}.",
        "¡Qué sorpresa! Allí estaba su sombrero.",
        "Corrieron juntos hasta que empezó a llover.",
    ),
    ends=("Y colorín, colorado, este cuento se ha acabado.", "Mañana volverán, dijo el señor Núñez."),
    gaps={"hero": ("Íñigo", "Begoña", "Lucía", "Ángel"), "place": ("río", "mercado", "faro", "jardín")},
)

RUSSIAN: Final = Grammar(
    titles=("{hero} и лиса", "День у реки"),
    beginnings=("Жила-была девочка по имени {hero}.", "Однажды {hero} пошла к реке."),
    middles=(
        "Там она увидела [рыжую|старую] лису.",
        "— Здравствуй! — сказала лиса. — Ты не видела мою шапку?",
        "Они искали её под мостом и за деревом.",
        "Вдруг пошёл [дождь|снег], и стало темно.",
        "Шапка лежала прямо на дороге.",
    ),
    ends=("С тех пор они дружат.", "Вот и сказке конец."),
    gaps={"hero": ("Маша", "Аня", "Катя", "Оля")},
)

CHINESE: Final = Grammar(
    titles=("{hero}和狐狸", "河边的一天"),
    beginnings=("从前有一个小女孩，名叫{hero}。", "一天早上，{hero}走到河边。"),
    middles=(
        "她看见一只[小|老|红]狐狸坐在桥上。",
        "狐狸说：“你好，我的[灯笼|钥匙|风筝]不见了。”",
        "他们在树下和石头后面找了很久。",
        "忽然[下雨|刮风]了，天也黑了。",
        "{hero}笑着说：“就在你的口袋里！”",
    ),
    ends=("从那以后，他们成了好朋友。", "故事讲完了。"),
    gaps={"hero": ("小梅", "丽丽", "安安", "小雨")},
    separator="",
)

JAPANESE: Final = Grammar(
    titles=("{hero}ときつね", "川のほとりの一日"),
    beginnings=("むかしむかし、{hero}という女の子がいました。", "ある朝、{hero}は川へ行きました。"),
    middles=(
        "橋の上に[小さな|古い|赤い]きつねがすわっていました。",
        "「こんにちは。ぼくの[ぼうし|カギ|ランプ]を見ませんでしたか。」",
        "ふたりは木の下と石のうしろをさがしました。",
        "すると、きゅうに[雨|雪]がふってきました。",
        "「ほら、ここにあるよ！」と{hero}は言いました。",
    ),
    ends=("それから、ふたりはいつまでも友だちでした。", "おしまい。"),
    gaps={"hero": ("ゆき", "さくら", "はな", "アヤ")},
    separator="",
)

ARABIC: Final = Grammar(
    titles=("{hero} والثعلب", "يوم عند النهر"),
    beginnings=("كان يا ما كان، كانت هناك فتاة اسمها {hero}.", "ذات صباح ذهبت {hero} إلى النهر."),
    middles=(
        "رأت ثعلبًا [صغيرًا|كبيرًا] على الجسر.",
        "قال الثعلب: «هل رأيتِ مفتاحي؟»",
        "بحثا تحت الشجرة وخلف الحجر.",
        "وفجأة نزل المطر.",
        "كان المفتاح في جيبه!",
    ),
    ends=("ومنذ ذلك اليوم صارا صديقين.", "وهكذا انتهت الحكاية."),
    gaps={"hero": ("ليلى", "سلمى", "نور", "مريم")},
)

HINDI: Final = Grammar(
    titles=("{hero} और लोमड़ी", "नदी के किनारे"),
    beginnings=("एक समय की बात है, {hero} नाम की एक लड़की थी।", "एक सुबह {hero} नदी के किनारे गई।"),
    middles=(
        "वहाँ पुल पर एक [छोटी|बूढ़ी] लोमड़ी बैठी थी।",
        "लोमड़ी ने पूछा, “क्या तुमने मेरी चाबी देखी है?”",
        "उन्होंने पेड़ के नीचे और पत्थर के पीछे ढूँढा।",
        "अचानक [बारिश|आँधी] आ गई।",
        "चाबी तो जेब में ही थी!",
    ),
    ends=("उस दिन से वे दोस्त बन गए।", "कहानी समाप्त।"),
    gaps={"hero": ("मीरा", "आशा", "गीता", "राधा")},
)

GRAMMARS: Final[Mapping[str, Grammar]] = {
    "en": ENGLISH,
    "de": GERMAN,
    "fr": FRENCH,
    "es": SPANISH,
    "ru": RUSSIAN,
    "zh": CHINESE,
    "ja": JAPANESE,
    "ar": ARABIC,
    "hi": HINDI,
}

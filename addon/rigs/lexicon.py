"""The words of bone names in the languages that riggers use, each with the one word that stands for it. Data only.

Several words behind one entry mean: as if they were written one after another ("oberarm": upper arm).
"""

from __future__ import annotations

from typing import Final

SIDES: Final[dict[str, str]] = {
    word: side
    for side, words in {
        "left": "left lft lt lf links linke linker gauche izquierda izquierdo izq sinistra sinistro sx "
        "esquerda esquerdo esq hidari левая левый левое лев л 左 왼쪽 왼",
        "right": "right rgt rght rt rg rechts rechte rechter droite droit derecha derecho dcha destra destro dx "
        "direita direito dir der migi правая правый правое прав п 右 오른쪽 오른",
    }.items()
    for word in words.split()
}
"""Single letters l and r besides; see names.py."""

_SYNONYMS: Final[dict[str, str]] = {
    # what it stands for: how it is written
    "upper": "upper up upp uppr upr superior ue 上",
    "lower": "lower low lwr lo lowr inferior shita 下",
    "fore": "fore for avant ante",
    "arm": "arm arms bras brazo braccio braco рука ude 腕 팔",
    "upper arm": "oberarm humerus bicep biceps upperarm uparm 上臂 大臂 윗팔",
    "fore arm": "unterarm antebrazo avambraccio antebraco radius ulna forearm frarm lowerarm предплечье 前臂 小臂 下臂 "
    "아래팔 farm",
    "elbow": "elbow elbo ellbogen ellenbogen coude codo gomito cotovelo hiji локоть ひじ 肘 팔꿈치",
    "hand": "hand hands fist main mano mao te кисть 手 手掌 손",
    "wrist": "wrist handgelenk poignet muneca polso punho pulso tekubi запястье 手首 手腕 손목",
    "palm": "palm palma",
    "clavicle": "clavicle clav clavicula clavicule clavicola clavicula collar collarbone collarb schluesselbein "
    "schlusselbein ключица 锁骨 鎖骨 쇄골",
    "scapula": "scapula scap",
    "shoulder": "shoulder shldr shoulders schulter epaule hombro spalla ombro kata плечо 肩 어깨",
    "leg": "leg legs bein jambe pierna gamba perna ashi нога 足 脚 腿 다리",
    "thigh": "thigh thighs femur oberschenkel schenkel cuisse muslo coscia coxa upleg upperleg momo бедро 大腿 太もも "
    "허벅지",
    "shin": "shin shins calf calves tibia crus unterschenkel mollet pantorrilla polpaccio panturrilha canela lowerleg "
    "lowleg lleg sune голень 小腿 すね 종아리",
    "knee": "knee knees knie genou rodilla ginocchio joelho hiza колено ひざ 膝 膝盖 무릎",
    "foot": "foot feet fuss fuß pied pie piede pe стопа ступня 脚掌 발",
    "ankle": "ankle knochel knoechel cheville tobillo caviglia tornozelo ashikubi лодыжка 足首 脚踝 脚腕 발목",
    "toe": "toe toes zeh zehe zehen orteil orteils dedospie tsumasaki пальцыноги 足先 つま先 爪先 脚趾 脚尖 발가락",
    "ball": "ball",
    "heel": "heel",
    "head": "head skull kopf tete cabeza testa cabeca atama голова 頭 头 머리",
    "neck": "neck hals cou cuello collo pescoco kubi шея 首 脖子 颈 頸 목",
    "hip": "hip hips huefte hufte hanche hanches cadera caderas anca fianchi quadril 엉덩이",
    "pelvis": "pelvis pelvic becken bassin bacino pelve таз 骨盆 盆骨 골반",
    "spine": "spine spin spinal back wirbel wirbelsaeule rucken ruecken colonne dos columna espalda colonna schiena "
    "coluna позвоночник spina 脊柱 脊椎 척추",
    "chest": "chest thorax ribcage ribs rib brust brustkorb poitrine torse pecho petto torace peito грудь 胸 가슴",
    "torso": "torso trunk bust",
    "abdomen": "abdomen abdominal belly stomach bauch ventre addome tummy",
    "waist": "waist taille cintura vita koshi 腰 허리",
    "body": "body",
    "upper body": "jouhanshin zyouhansin johanshin upperbody 上半身",
    "lower body": "kahanshin kahansin lowerbody 下半身",
    "center": "center centre centro sentaa センター",
    "groove": "groove グルーブ",
    "root": "root 根 ルート",
    "cog": "cog com",
    "eye": "eye eyes eyeball auge oeil ojo occhio olho глаз 目 眼 눈",
    "jaw": "jaw mandible kiefer unterkiefer machoire mandibula mascella челюсть あご 顎 下巴 턱",
    "thumb": "thumb thumbs daumen pouce pulgar pollice polegar oyayubi thm 親指 拇指 大拇指 엄지",
    "index": "index pointer point forefinger zeigefinger indice indicador hitosashi hitosasi idx ind hitosashiyubi "
    "人指 人差指 人差し指 食指 검지",
    "middle": "middle mid mittelfinger majeur medio nakayubi md 中指 중지",
    "ring": "ring third ringfinger annulaire anular anulare anelar kusuriyubi kusuri 薬指 无名指 無名指 약지",
    "little": "little pinky pinkie pink small lil kleinerfinger kleiner auriculaire menique mignolo minimo mindinho "
    "koyubi 小指 새끼",
    "finger": "finger fingers fing doigt dedo dito 指 손가락",
    "metacarpal": "metacarpal metacarpals carpal carpals meta inhand mcp",
    "proximal": "proximal prox",
    "intermediate": "intermediate medial inter pip",
    "distal": "distal dist dip",
    "big": "big",
    "base": "base",
    "bend": "bend",
    "fk": "fk",
    "master": "master mother 全ての親",
}
WORDS: Final[dict[str, tuple[str, ...]]] = {
    word: tuple(canonical.split()) for canonical, words in _SYNONYMS.items() for word in words.split()
}

GLUED: Final = tuple(
    sorted(
        {
            word
            for word in WORDS
            if len(word) >= 3 or not word.isascii()
        }
        | {"up", "lo", "low", "left", "right", "mixamorig", "twist", "roll", "end", "tip", "nub"}
        | {side for side in SIDES if not side.isascii() and len(side) >= 1},
        key=lambda word: -len(word),
    )
)  # fmt: skip
"""What a word without capitals may be glued from, longest first."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NOISE: Final = _words(
    "def org bip biped valve adj bone bones joint jnt jt jo bind skin sk skel rig c m x cc j b bn drv stretch "
    "f mixamorig valvebiped character char armature deform smplhf 骨 bd grp geo bdef"
)
"""Words that say nothing about the part of the body."""
ENDS: Final = _words("end tip nub leaf site effector endsite 先 終端 endpoint ending top aim dummy null nul")
"""The end of a chain: no bone of the body itself."""
MECHANISM: Final = _words(
    "ik pole target goal twist roll helper corrective correctives mch vis wgt tweak cor fix muscle bulge hold spring "
    "phys physics collider jiggle dynamic pivot socket attach weapon prop parent ikparent offset "
    "reverse rev heel bank rock wiggle volume swing slide half lookat look "
    "捩 捩り ねじり 親 補助 キャンセル ダミー 調整 操作 d ex ext p"
)
"""Helpers beside the body: twist bones, targets, poles, correctives, physics."""
CONTROLS: Final = _words("ctrl control ctl cnt con ctr anim handle")

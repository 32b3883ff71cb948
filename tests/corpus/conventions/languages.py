"""Riggers who name bones in their own language."""

from ..spec import Spec
from .engines import centre

SPECS = (
    Spec("German", "generic", centre("Becken Wirbel1 Wirbel2 Brust Hals Kopf"),
         "Schulter.{S} Oberarm.{S} Unterarm.{S} Hand.{S}", "Oberschenkel.{S} Unterschenkel.{S} Fuss.{S} Zehen.{S}",
         ("L", "R"), fingers="{F}{J}.{S}",
         finger_words=("Daumen", "Zeigefinger", "Mittelfinger", "Ringfinger", "KleinerFinger")),
    Spec("French", "generic", centre("Bassin Colonne1 Colonne2 Poitrine Cou Tête"),
         "Clavicule_{S} Bras_{S} AvantBras_{S} Main_{S}", "Cuisse_{S} Tibia_{S} Pied_{S} Orteils_{S}",
         ("Gauche", "Droite"), fingers="{F}{J}_{S}",
         finger_words=("Pouce", "Index", "Majeur", "Annulaire", "Auriculaire")),
    Spec("Spanish", "generic", centre("Pelvis Columna1 Columna2 Pecho Cuello Cabeza"),
         "Clavicula_{S} Brazo_{S} Antebrazo_{S} Mano_{S}", "Muslo_{S} Pantorrilla_{S} Pie_{S} -", ("Izq", "Der"),
         fingers="{F}{J}_{S}", finger_words=("Pulgar", "Indice", "Medio", "Anular", "Meñique")),
    Spec("Italian", "generic", centre("Bacino Colonna1 Colonna2 Petto Collo Testa"),
         "Spalla_{S} Braccio_{S} Avambraccio_{S} Mano_{S}", "Coscia_{S} Polpaccio_{S} Piede_{S} -", ("Sx", "Dx")),
    Spec("Portuguese", "generic", centre("Quadril Coluna1 Coluna2 Peito Pescoço Cabeça"),
         "Ombro_{S} Braço_{S} Antebraço_{S} Mão_{S}", "Coxa_{S} Canela_{S} Pé_{S} -", ("Esq", "Dir")),
    Spec("Russian", "generic", centre("таз позвоночник1 позвоночник2 грудь шея голова"),
         "ключица_{S} плечо_{S} предплечье_{S} кисть_{S}", "бедро_{S} голень_{S} стопа_{S} -", ("лев", "прав")),
    Spec("Chinese", "generic", centre("骨盆 脊柱1 脊柱2 胸 脖子 头"),
         "{S}锁骨 {S}上臂 {S}前臂 {S}手", "{S}大腿 {S}小腿 {S}脚踝 {S}脚趾", ("左", "右"),
         fingers="{S}{F}{J}", finger_words=("拇指", "食指", "中指", "无名指", "小指")),
    Spec("Korean", "generic", centre("골반 척추1 척추2 가슴 목 머리"),
         "{S}어깨 {S}팔 {S}아래팔 {S}손", "{S}허벅지 {S}종아리 {S}발 {S}발가락", ("왼쪽", "오른쪽")),
    Spec("Japanese, romanised", "generic", centre("koshi jouhanshin jouhanshin2 - kubi atama"),
         "{S}_kata {S}_ude {S}_hiji {S}_tekubi", "{S}_momo {S}_hiza {S}_ashikubi {S}_tsumasaki", ("hidari", "migi")),
)  # fmt: skip

"""WhatsApp's own words in the languages of its phones, as tables: what it writes in place of a message.

`STANDS_FOR` tells in one look-up what a whole body is; the other tables are pieces of
the patterns of `whatsapp_phrases`, which also has the rules that need no language. To
teach the importer a language, add its words here. Languages that are inflected by
noun in many ways (en, de, es, fr, pt, it) have their media words as patterns there.
"""

from __future__ import annotations

from typing import Literal

Sense = Literal["deleted", "missed", "nothing", "omitted"]

# Bodies are compared without marks, angle brackets, a full stop at the end, and case.
_OMITTED = {
    "media": """
        media weggelaten; pominięto multimedia; multimedia pominięte; medya dahil edilmedi;
        без медиафайлов; медиафайл пропущен; без медіафайлів; media har utelämnats; media utelämnat;
        media utelatt; mediefil udeladt; medier udeladt; medier er utelatt; media jätettiin pois;
        media tidak disertakan; médiafájl elhagyva; hiányzó médiafájl; média vynechána; médiá vynechané;
        fișier media omis; conținut media omis; εξαιρέθηκαν πολυμέσα; παραλείφθηκαν πολυμέσα;
        תוכן מדיה הושמט; המדיה הושמטה; تم استبعاد الوسائط; تم حذف الوسائط; رسانه حذف شد;
        मीडिया छोड़ा गया; मीडिया के बिना; মিডিয়া বাদ দেওয়া হয়েছে; bỏ qua media; media bị bỏ qua;
        ไม่มีไฟล์สื่อ; ละเว้นสื่อ; 省略多媒体文件; 忽略多媒体文件; 已忽略多媒体文件; 省略多媒體檔案;
        省略多媒體檔; 已略過多媒體檔案; 已忽略媒體檔; 略過多媒體檔; メディアなし;
        メディアは含まれていません; メディアが含まれていません; 미디어 파일 제외됨; 미디어 제외됨;
        미디어 파일을 제외한 내보내기; 미디어 생략됨
    """,
    "image": """
        afbeelding weggelaten; obraz pominięto; pominięto obraz; obraz pominięty;
        obraz został pominięty; görüntü dahil edilmedi; изображение отсутствует; изображение пропущено;
        зображення відсутнє; bild utelämnad; bilde utelatt; billede udeladt; kuva jätettiin pois;
        gambar tidak disertakan; kép kihagyva; obrázek vynechán; imagine omisă; εξαιρέθηκε εικόνα;
        התמונה הושמטה; تم استبعاد الصورة; الصورة محذوفة; छवि छोड़ी गई; 忽略图片; 图像省略; 图片已省略;
        已忽略图片; 圖片已略過; 已略過圖片; 忽略圖片; 画像は含まれていません; 画像なし;
        画像が省略されました; 이미지 생략됨; 이미지 제외됨
    """,
    "video": """
        video weggelaten; pominięto wideo; wideo pominięto; film pominięto; video dahil edilmedi;
        видео отсутствует; видео пропущено; відео відсутнє; video utelämnad; video utelatt;
        video udeladt; video jätettiin pois; video tidak disertakan; videó kihagyva; video vynecháno;
        εξαιρέθηκε βίντεο; הווידאו הושמט; تم استبعاد الفيديو; 忽略视频; 视频省略; 已忽略视频;
        影片已略過; 已略過影片; 忽略影片; 動画は含まれていません; ビデオは含まれていません;
        동영상 생략됨; 동영상 제외됨
    """,
    "audio": """
        audio weggelaten; pominięto dźwięk; audio pominięto; ses dahil edilmedi; аудиофайл отсутствует;
        аудио отсутствует; аудіо відсутнє; ljud utelämnat; lyd utelatt; lyd udeladt;
        ääni jätettiin pois; audio tidak disertakan; hang kihagyva; zvuk vynechán; εξαιρέθηκε ήχος;
        ההקלטה הושמטה; تم استبعاد الصوت; 忽略音频; 音频省略; 已忽略音频; 音訊已略過; 忽略語音;
        音声は含まれていません; 오디오 생략됨
    """,
    "sticker": """
        sticker weggelaten; pominięto naklejkę; naklejka pominięta; çıkartma dahil edilmedi;
        стикер отсутствует; стікер відсутній; klistermärke utelämnat; klistremerke utelatt;
        tarra jätettiin pois; stiker tidak disertakan; matrica kihagyva; εξαιρέθηκε αυτοκόλλητο;
        הסטיקר הושמט; تم استبعاد الملصق; 忽略表情贴图; 贴图省略; 忽略贴图; 貼圖已略過; 忽略貼圖;
        ステッカーは含まれていません; スタンプは含まれていません; 스티커 생략됨
    """,
    "gif": """
        gif weggelaten; pominięto gif; gif dahil edilmedi; gif отсутствует; файл gif отсутствует;
        gif utelämnad; gif utelatt; gif jätettiin pois; gif tidak disertakan; تم استبعاد صورة gif;
        忽略 gif; 忽略gif; gif は含まれていません; gifは含まれていません; gif 생략됨
    """,
    "document": """
        document weggelaten; pominięto dokument; belge dahil edilmedi; документ отсутствует;
        документ пропущен; dokument utelämnat; dokument utelatt; asiakirja jätettiin pois;
        dokumen tidak disertakan; document manquant; تم استبعاد المستند; 忽略文档; 忽略文件; 文件已略過;
        ドキュメントは含まれていません; 문서 생략됨
    """,
    "contact": """
        contactkaart weggelaten; pominięto wizytówkę; kişi kartı dahil edilmedi;
        карточка контакта отсутствует; контакт отсутствует; kontaktkort utelämnat;
        kartu kontak tidak disertakan; fiche contact omise; تم استبعاد بطاقة جهة الاتصال;
        忽略联系人卡片; 忽略聯絡人; 連絡先は含まれていません; 연락처 카드 생략됨
    """,
}  # fmt: skip

_DELETED = """
    dit bericht is verwijderd; dit bericht werd verwijderd; je hebt dit bericht verwijderd;
    u hebt dit bericht verwijderd; ta wiadomość została usunięta; wiadomość została usunięta;
    usunięto tę wiadomość; usunąłeś tę wiadomość; usunięto wiadomość; bu mesaj silindi;
    bu mesajı sildiniz; bu mesajı sildin; данное сообщение удалено; это сообщение удалено;
    сообщение удалено; вы удалили данное сообщение; вы удалили это сообщение; вы удалили сообщение;
    це повідомлення видалено; ви видалили це повідомлення; det här meddelandet har raderats;
    det här meddelandet raderades; du raderade det här meddelandet; denne meldingen ble slettet;
    du slettet denne meldingen; denne besked blev slettet; du slettede denne besked;
    tämä viesti poistettiin; tämä viesti on poistettu; poistit tämän viestin; pesan ini telah dihapus;
    pesan ini dihapus; anda telah menghapus pesan ini; anda menghapus pesan ini;
    ez az üzenet törölve lett; törölted ezt az üzenetet; tato zpráva byla odstraněna;
    tuto zprávu jste odstranili; acest mesaj a fost șters; ai șters acest mesaj;
    αυτό το μήνυμα διαγράφηκε; διαγράψατε αυτό το μήνυμα; ההודעה נמחקה; הודעה זו נמחקה;
    מחקת את ההודעה הזו; تم حذف هذه الرسالة; لقد حذفت هذه الرسالة; حذفت هذه الرسالة;
    تم حذف هذه الرسالة بواسطتك; قمت بحذف هذه الرسالة; این پیام حذف شد; این پیام حذف شده است;
    شما این پیام را حذف کردید; यह मैसेज मिटाया गया; यह मैसेज मिटा दिया गया; यह मैसेज मिटाया गया था;
    यह संदेश हटाया गया; यह संदेश हटा दिया गया था; आपने यह मैसेज मिटाया; आपने यह मैसेज मिटा दिया;
    आपने यह संदेश हटाया; tin nhắn này đã bị xóa; bạn đã xóa tin nhắn này; ข้อความนี้ถูกลบแล้ว;
    คุณลบข้อความนี้แล้ว; 此消息已删除; 此消息已被删除; 这条消息已删除; 你删除了此消息; 您删除了此消息;
    你已删除此消息; 您已删除此消息; 此訊息已刪除; 此訊息已被刪除; 這則訊息已刪除; 你已刪除此訊息;
    您已刪除此訊息; 你刪除了此訊息; 您刪除了此訊息; このメッセージは削除されました;
    このメッセージを削除しました; あなたはこのメッセージを削除しました; メッセージが削除されました;
    삭제된 메시지입니다; 이 메시지는 삭제되었습니다; 이 메시지를 삭제했습니다;
    이 메시지가 삭제되었습니다; 메시지를 삭제했습니다
"""

_MISSED = """
    gemiste spraakoproep; gemiste video-oproep; gemiste videogesprek; gemist videogesprek;
    gemist spraakgesprek; nieodebrane połączenie głosowe; nieodebrane połączenie wideo;
    cevapsız sesli arama; cevapsız görüntülü arama; пропущенный аудиозвонок; пропущенный видеозвонок;
    пропущений аудіодзвінок; пропущений відеодзвінок; пропущений голосовий дзвінок; missat röstsamtal;
    missat videosamtal; tapt taleanrop; tapt videoanrop; ubesvart taleanrop; ubesvart videoanrop;
    mistet taleopkald; mistet videoopkald; ubesvaret taleopkald; ubesvaret videoopkald;
    vastaamaton äänipuhelu; vastaamaton videopuhelu; panggilan suara tak terjawab;
    panggilan video tak terjawab; nem fogadott hanghívás; nem fogadott videohívás;
    zmeškaný hlasový hovor; zmeškaný videohovor; apel vocal nepreluat; apel video nepreluat;
    apel vocal ratat; αναπάντητη κλήση ήχου; αναπάντητη φωνητική κλήση; αναπάντητη βιντεοκλήση;
    שיחה קולית שלא נענתה; שיחת וידאו שלא נענתה; مكالمة صوتية فائتة; مكالمة فيديو فائتة;
    تماس صوتی بی‌پاسخ; تماس تصویری بی‌پاسخ; मिस्ड वॉइस कॉल; मिस्ड वीडियो कॉल; छूटी हुई वॉइस कॉल;
    छूटी हुई वीडियो कॉल; cuộc gọi thoại nhỡ; cuộc gọi video nhỡ; สายโทรด้วยเสียงที่ไม่ได้รับ;
    วิดีโอคอลที่ไม่ได้รับ; 未接语音通话; 未接视频通话; 未接语音来电; 未接视频来电; 未接語音通話;
    未接語音來電; 未接視訊通話; 未接視訊來電; 未接視像來電; 音声通話の不在着信; ビデオ通話の不在着信;
    不在着信(音声通話); 不在着信(ビデオ通話); 부재중 음성 통화; 부재중 영상 통화
"""

_NOTHING = """
    live location shared; live-standort wird geteilt; ubicación en tiempo real compartida;
    localisation en direct partagée; localização em tempo real compartilhada;
    posizione in tempo reale condivisa; live locatie gedeeld; live-locatie gedeeld;
    udostępniono lokalizację na żywo; canlı konum paylaşıldı; трансляция геоданных;
    تمت مشاركة الموقع المباشر; 已共享实时位置
"""

# What people may type as well: only with WhatsApp's mark before it.
NOTHING_IF_MARKED = (
    "view once .{1,30}|einmalansicht.{0,30}|visualización única.{0,30}|vue unique.{0,30}|"
    "visualização única.{0,30}|live location|live-standort|ubicación en tiempo real|"
    "localisation en direct|localização em tempo real|posizione in tempo reale|live locatie|"
    "canlı konum|геоданные в реальном времени|实时位置|即時位置|실시간 위치"
)

_SENSES: dict[Sense, str] = {"deleted": _DELETED, "missed": _MISSED, "nothing": _NOTHING}


def _phrases(table: str) -> list[str]:
    return [" ".join(phrase.split()).casefold() for phrase in table.split(";")]


STANDS_FOR: dict[str, tuple[Sense, str]] = {
    **{phrase: ("omitted", noun) for noun, table in _OMITTED.items() for phrase in _phrases(table)},
    **{phrase: (sense, "") for sense, table in _SENSES.items() for phrase in _phrases(table)},
}

LONGEST_PHRASE = max(map(len, STANDS_FOR)) + 8

# In the brackets after a file's name: IMG-….jpg (file attached).
ATTACHED_AFTER = (
    "file attached|Datei angehängt|archivo adjunto|fichier joint|(?:arquivo|ficheiro) anexado|"
    "file allegato|bestand bijgevoegd|plik dołączony|plik w załączniku|dosya ekli|dosya eklendi|"
    "файл добавлен|файл додано|fil bifogad|bifogad fil|fil vedlagt|vedlagt fil|fil vedhæftet|"
    "tiedosto liitetty|file terlampir|fájl csatolva|soubor přiložen|fișier atașat|επισυνάπτεται αρχείο|"
    "קובץ מצורף|الملف مرفق|ملف مرفق|फ़ाइल अटैच की गई है|फ़ाइल संलग्न|tập tin đính kèm|ไฟล์ที่แนบมา|"
    "文件附件|附件文件|附件檔案|檔案附件|添付ファイル|ファイル添付|파일 첨부됨|첨부 파일"
)
# Before the colon in <attached: 00000007-PHOTO.jpg>.
ATTACHED_TAG = (
    "attached|Anhang|adjunto|pi[èe]ce jointe|anexado|allegato|bijgevoegd|załącznik|eklendi|ekli|"
    "прикреплено|додано|bifogad|vedlegg|vedhæftet|liitteenä|terlampir|csatolva|přiloženo|مرفق|المرفق|"
    "附件|添付ファイル|添付|첨부"
)
EDITED = (
    "This message was edited|Diese Nachricht wurde bearbeitet|Se editó este mensaje|"
    "Ce message a été modifié|Mensagem editada|Esta mensagem foi editada|"
    "Questo messaggio è stato modificato|Dit bericht is bewerkt|Ta wiadomość została edytowana|"
    "Wiadomość edytowana|Bu mesaj düzenlendi|Сообщение изменено|Данное сообщение изменено|"
    "Повідомлення відредаговано|Det här meddelandet har redigerats|Denne meldingen ble redigert|"
    "Denne besked blev redigeret|Tätä viestiä muokattiin|Pesan ini diedit|تم تعديل هذه الرسالة|"
    "यह मैसेज एडिट किया गया|此消息已编辑|此訊息已編輯|このメッセージは編集されました|"
    "이 메시지는 수정되었습니다|수정된 메시지"
)
POLL = (
    "POLL|UMFRAGE|ENCUESTA|SONDAGE|ENQUETE|SONDAGGIO|PEILING|ANKIETA|ANKET|ОПРОС|ОПИТУВАННЯ|OMRÖSTNING|"
    "AVSTEMNING|KYSELY|POLLING|استطلاع رأي|استطلاع|投票|アンケート|투표"
)
OPTION = (
    "OPTION|OPCIÓN|OPÇÃO|OPZIONE|OPTIE|OPCJA|SEÇENEK|ВАРИАНТ|ВАРІАНТ|ALTERNATIV|VAIHTOEHTO|OPSI|خيار|"
    "选项|選項|選択肢|옵션"
)
# Before the link to a map.
LOCATION = (
    "location|standort|ubicación|localisation|position|localização|posizione|locatie|lokalizacja|konum|"
    "местоположение|геопозиция|геоданные|розташування|plats|posisjon|placering|sijainti|lokasi|hely|poloha|"
    "locație|τοποθεσία|מיקום|الموقع|موقع|स्थान|लोकेशन|vị trí|ตำแหน่ง|位置|位置情報|위치"
)
# What WhatsApp says of itself about a chat, in words that stand in notices only.
SYSTEM = (
    "versleuteld|szyfrowane|uçtan uca|сквозн|наскрізн|krypter|salattu|dienkripsi|titkosít|šifrov|"
    "criptate|κρυπτογρ|מוצפנ|مشفر|تشفير|رمزگذاری|एन्क्रिप्ट|mã hóa|เข้ารหัส|端到端|端對端|エンドツーエンド|"
    "종단간|beveiligingscode|kod bezpieczeństwa|güvenlik kodu|код безопасности|säkerhetskod|"
    "sikkerhetskode|sikkerhedskode|kode keamanan|رمز الأمان|सुरक्षा कोड|安全码|安全碼|安全代碼|"
    "セキュリティコード|보안 코드|toegevoegd|verlaten|gewijzigd|dodał|opuścił|zmienił|utworzył|ekledi|"
    "ayrıldı|değiştirdi|oluşturdu|добавил|вышел|вышла|создал|изменил|удалил|grupę|grupy|групп|grubun|"
    "ryhmä|المجموعة|ग्रुप|群组|群組|グループ|그룹"
)
GROUP = (
    "toegevoegd|groep|grup[ęya]|групп|груп[аиу]|grubu|grubun|ryhmä|grupp|المجموعة|ग्रुप|群组|群組|"
    "グループ|그룹|utworzyła? grupę|добавил|ekledi| salió del | saiu$"
)
# How the notice on encryption begins in exports that do not mark it, and what must follow.
ENCRYPTED = (
    "Messages (?:and calls are|you send to this|to this) .*end-to-end encrypt|"
    "Nachrichten .*Ende-zu-Ende-|Los mensajes .*extremo a extremo|Les messages .*bout en bout|"
    "(?:As m|M)ensagens .*ponta a ponta|I messaggi .*(?:end-to-end|crittografia)|"
    "Berichten .*end-to-end|Wiadomości .*szyfrowan|Mesajlar.*uçtan uca|Сообщения .*сквозн|"
    "الرسائل .*مشفرة|消息.*端到端|訊息.*端對端|メッセージ.*エンドツーエンド|메시지.*종단간"
)

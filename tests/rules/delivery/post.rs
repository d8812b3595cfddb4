//! Every letter that was ever written, and what became of it.

/// What its sender was told of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Delivered,
    Undelivered,
    Relayed,
    Refused,
}

#[derive(Debug)]
pub struct Letter {
    pub from: usize,
    pub to: usize,
    pub receipt: bool,
    pub volatile: bool,
    /// The session in which it was written lives, so its sender is owed an answer.
    pub open: bool,
    /// The server has judged it.
    pub handled: bool,
    /// The other's library has it.
    pub taken: bool,
    pub told: Option<Told>,
    /// How many sessions of the receiver were over when it was written.
    pub epoch: usize,
}

#[derive(Default)]
pub struct Post {
    pub letters: Vec<Letter>,
    /// The last letter that the second has of the first.
    last: std::collections::HashMap<(usize, usize), usize>,
}

impl Post {
    pub fn writes(&mut self, letter: Letter) -> usize {
        self.letters.push(letter);
        self.letters.len() - 1
    }

    /// The server judges it.
    pub fn handles(&mut self, number: usize) {
        let letter = &mut self.letters[number];
        assert!(!letter.handled, "letter {number} was handled twice: {letter:?}");
        letter.handled = true;
    }

    /// A library takes it.
    pub fn takes(&mut self, number: usize, by: usize) {
        let letter = &mut self.letters[number];
        assert_eq!(letter.to, by, "letter {number} went astray");
        assert!(!letter.taken, "letter {number} came twice: {letter:?}");
        let never = matches!(letter.told, Some(Told::Undelivered | Told::Refused));
        assert!(!never, "letter {number} came after all: {letter:?}");
        assert_ne!(letter.told, Some(Told::Delivered), "letter {number} was not there yet");
        letter.taken = true;
        let before = self.last.insert((letter.from, by), number);
        assert!(before < Some(number), "letter {number} came after {before:?}");
    }

    /// Its sender hears of it.
    pub fn tells(&mut self, number: usize, told: Told, to: usize) {
        let letter = &mut self.letters[number];
        assert!(letter.open && letter.handled, "letter {number} is none of this session's");
        assert_eq!(letter.from, to, "letter {number} is another's");
        assert_eq!(letter.told, None, "letter {number} was {told:?} as well");
        assert!(letter.receipt || told == Told::Refused, "nobody has asked for {told:?}");
        match told {
            Told::Delivered => assert!(letter.taken, "letter {number} is not delivered"),
            Told::Undelivered | Told::Refused => {
                assert!(!letter.taken, "letter {number} is there, and was {told:?}");
            }
            Told::Relayed => {}
        }
        letter.told = Some(told);
    }

    /// The sender's session is lost: what it has not heard of it never will.
    pub fn forgets(&mut self, user: usize) {
        self.letters.iter_mut().filter(|it| it.from == user).for_each(|it| it.open = false);
    }

    /// The server has settled all that it has handled of this user.
    pub fn is_settled(&self, user: usize) {
        for (number, letter) in self.letters.iter().enumerate() {
            if letter.from == user && letter.open && letter.handled && letter.receipt {
                assert!(letter.told.is_some(), "no verdict on letter {number}: {letter:?}");
            }
        }
    }

    /// When all is told: every letter has had exactly one end. `over` is how many sessions of
    /// each user are over.
    pub fn is_complete(&self, over: &[usize]) {
        for (number, letter) in self.letters.iter().enumerate().filter(|(_, it)| it.open) {
            assert!(letter.handled, "letter {number} never came to the server");
            if letter.receipt {
                assert!(letter.told.is_some(), "nothing on letter {number}: {letter:?}");
            }
            let lost = over[letter.to] > letter.epoch || letter.volatile;
            let refused = letter.told == Some(Told::Refused);
            assert!(letter.taken || refused || lost, "letter {number} is lost: {letter:?}");
        }
    }
}

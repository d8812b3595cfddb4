//! Counting by kind: one number for each of a few kinds, an array and an addition.

use std::fmt::{self, Debug, Formatter};
use std::marker::PhantomData;

/// Something of which there are a few kinds, each with a word for it. Made by [`kinds!`].
pub trait Kind: Copy + 'static {
    /// All of them, in the order of their indices.
    const ALL: &'static [Self];

    /// Its place in [`Kind::ALL`].
    fn index(self) -> usize;

    /// The word for it in the metrics; a published one never changes.
    fn word(self) -> &'static str;
}

/// Declares an enum that is a [`Kind`], one word a variant, and the type of its tally:
/// `Name in TallyName: Variant = "word", …`.
macro_rules! kinds {
    ($(#[doc = $doc:literal])+ $name:ident in $tally:ident:
        $($(#[doc = $of:literal])* $variant:ident = $word:literal,)+
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs)]
        pub enum $name {
            $($(#[doc = $of])* $variant,)+
        }

        impl $crate::metrics::Kind for $name {
            const ALL: &'static [Self] = &[$(Self::$variant,)+];

            fn index(self) -> usize {
                self as usize
            }

            fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl $name {
            /// The kind that has this word.
            #[allow(dead_code)]
            pub(crate) fn of_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        #[doc = concat!("How often each [`", stringify!($name), "`] has come about.")]
        pub type $tally =
            $crate::metrics::Tally<$name, { <$name as $crate::metrics::Kind>::ALL.len() }>;
    };
}
pub(crate) use kinds;

/// How often each kind has come about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Tally<K, const N: usize> {
    counts: [u64; N],
    of: PhantomData<K>,
}

impl<K: Kind, const N: usize> Tally<K, N> {
    /// Counts one.
    pub fn count(&mut self, kind: K) {
        self.add(kind, 1);
    }

    /// Counts so many.
    pub fn add(&mut self, kind: K, number: u64) {
        self.counts[kind.index()] += number;
    }

    /// How many there were of this kind.
    pub fn of(&self, kind: K) -> u64 {
        self.counts[kind.index()]
    }

    /// How many there were of any kind.
    pub fn sum(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The word for each kind, and how many there were.
    pub fn by_word(&self) -> impl Iterator<Item = (&'static str, u64)> {
        K::ALL.iter().map(|kind| (kind.word(), self.of(*kind)))
    }
}

impl<K, const N: usize> Default for Tally<K, N> {
    fn default() -> Self {
        Self { counts: [0; N], of: PhantomData }
    }
}

impl<K: Kind, const N: usize> Debug for Tally<K, N> {
    /// Those that there were.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.by_word().filter(|(_, count)| *count > 0)).finish()
    }
}

#[cfg(test)]
#[allow(unreachable_pub, reason = "what the macro makes is for others")]
mod tests {
    use super::Kind;

    kinds! {
        /// Colours.
        Colour in Colours:
        Red = "red",
        DarkBlue = "dark-blue",
    }

    #[test]
    fn each_kind_has_its_own_number_and_finds_itself_by_its_word() {
        let mut tally = Colours::default();
        tally.count(Colour::DarkBlue);
        tally.add(Colour::DarkBlue, 2);

        assert_eq!(tally.by_word().collect::<Vec<_>>(), [("red", 0), ("dark-blue", 3)]);
        assert_eq!(tally.sum(), 3);
        for kind in Colour::ALL {
            assert_eq!(Colour::of_word(kind.word()), Some(*kind));
        }
    }
}

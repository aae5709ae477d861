using System.Collections;

namespace UserStore.AspNetCore.Identity;

/// <summary>Compares values of properties with copies of them.</summary>
internal static class IdentityValue
{
    /// <summary>Returns whether two values are equal. Values of a type without an equality of its own are not, so that they are written.</summary>
    public static bool AreEqual(object? one, object? other) => (one, other) switch
    {
        (null, null) => true,
        (null, _) or (_, null) => false,
        (string, _) => Equals(one, other),
        (HashSet<string> first, HashSet<string> second) => first.SetEquals(second),
        (IEnumerable first, IEnumerable second) => first.Cast<object?>().SequenceEqual(second.Cast<object?>(), Comparer.Instance),
        _ => Equals(one, other),
    };

    private sealed class Comparer : IEqualityComparer<object?>
    {
        public static Comparer Instance { get; } = new();

        bool IEqualityComparer<object?>.Equals(object? one, object? other) => AreEqual(one, other);

        int IEqualityComparer<object?>.GetHashCode(object? value) => 0;
    }
}

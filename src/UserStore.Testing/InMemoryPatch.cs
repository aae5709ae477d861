using System.Diagnostics.CodeAnalysis;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.Testing;

/// <summary>Applies patches to rows.</summary>
internal static class InMemoryPatch
{
    /// <exception cref="InvalidUserException">The result of an increment is outside the range of its property.</exception>
    public static InMemoryRow<TUser> Apply<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
        PreparedPatch patch, InMemoryRow<TUser> row)
        where TUser : User
    {
        IEnumerable<MappedProperty> set = patch.Changes.Where(
            change => change.Action != PatchAction.Remove).Select(change => change.Property);
        IEnumerable<MappedProperty> removed = patch.Changes.Where(
            change => change.Action == PatchAction.Remove).Select(change => change.Property);
        return new InMemoryRow<TUser>(
            patch.ApplyTo(row.User, property => !row.Absent.Contains(property)), [.. row.Absent.Except(set).Union(removed)]);
    }
}

using System.Diagnostics.CodeAnalysis;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.Testing;

/// <summary>Applies patches to rows.</summary>
internal static class InMemoryPatch
{
    /// <exception cref="InvalidUserException">The result of an increment cannot be stored.</exception>
    public static InMemoryRow<TUser> Apply<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
        PreparedPatch patch, InMemoryRow<TUser> row)
        where TUser : class
    {
        IEnumerable<MappedProperty> set = patch.Changes.Where(
            change => change.Action != PatchAction.Remove).Select(change => change.Property);
        IEnumerable<MappedProperty> removed = patch.Changes.Where(
            change => change.Action == PatchAction.Remove).Select(change => change.Property);
        TUser patched = patch.ApplyTo(row.User, property => row.ValueOf(property) is not null);
        Dictionary<MappedProperty, StoredNumber> exactSums = new(row.ExactSums.ExceptBy(
            patch.Changes.Select(change => change.Property), sum => sum.Key));
        foreach (PatchChange change in patch.Changes.Where(change => change.Action == PatchAction.Increment))
        {
            StoredNumber sum = change.SumFrom(StoredNumber.Find(row.ScalarOf(change.Property)?.Text));
            object shown = change.Property.FromNumber(sum);
            change.Property.SetValue(patched, shown);
            if (change.Property.ToScalar(shown).Text != sum.ToString())
                exactSums.Add(change.Property, sum);
        }

        var roles = new UserRoleValues(patch.Model);
        roles.Attach(patched, patch.WriteId, row.Revision.BirthId);
        MappedProperty[] absent = [.. row.Absent.Except(set).Union(removed)];
        return new InMemoryRow<TUser>(row.Key, patched, row.Revision.Next(patch.WriteId), roles.ExpiryOf(patched), absent) { ExactSums = exactSums };
    }
}

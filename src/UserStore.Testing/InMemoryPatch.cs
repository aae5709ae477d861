using System.Collections;
using System.Globalization;
using UserStore.Modeling;
using UserStore.Requests;

namespace UserStore.Testing;

/// <summary>Applies patches to rows.</summary>
internal static class InMemoryPatch
{
    /// <exception cref="InvalidUserException">A sum leaves the range of its property.</exception>
    public static InMemoryRow<TUser> Apply<TUser>(PreparedPatch patch, InMemoryRow<TUser> row)
        where TUser : User
    {
        TUser user = UserCopier.Copy(row.User) with
        {
            UpdatedAt = patch.Now,
            Version = (row.User.Version ?? 0) + 1,
            WriteId = patch.WriteId,
            WriteId2 = row.User.WriteId,
            WriteId3 = row.User.WriteId2 ?? patch.WriteId,
        };
        var absent = row.Absent.ToList();
        foreach (PatchChange change in patch.Changes)
        {
            absent.Remove(change.Property);
            if (change.Action == PatchAction.Remove)
                absent.Add(change.Property);
            change.Property.SetValue(user, NewValue(change, row.ValueOf(change.Property), typeof(TUser)));
        }

        return new InMemoryRow<TUser>(user, absent);
    }

    private static object? NewValue(PatchChange change, object? current, Type userType) => change.Action switch
    {
        // A removed attribute reads as the default of the property.
        PatchAction.Remove => change.Property.GetValue(Activator.CreateInstance(userType)!),
        PatchAction.Increment => change.Property.AsReadBack(Add(change, current)),
        PatchAction.Append => change.Property.MakeList(Join((IEnumerable?)current, (IEnumerable)change.Value!)),
        _ => UserCopier.CopyObject(change.Value),
    };

    private static object Add(PatchChange change, object? current)
    {
        if (change.Value is double or float)
        {
            return Convert.ChangeType(
                Convert.ToDouble(current ?? 0d, CultureInfo.InvariantCulture) + Convert.ToDouble(change.Value, CultureInfo.InvariantCulture),
                change.Property.ValueType,
                CultureInfo.InvariantCulture);
        }

        decimal start = Convert.ToDecimal(current ?? 0, CultureInfo.InvariantCulture);
        if (change.LeavesRange(start))
            throw change.OutOfRange();
        return Convert.ChangeType(
            start + Convert.ToDecimal(change.Value, CultureInfo.InvariantCulture), change.Property.ValueType, CultureInfo.InvariantCulture);
    }

    private static ArrayList Join(IEnumerable? current, IEnumerable items)
    {
        var joined = new ArrayList();
        foreach (object? item in current ?? Array.Empty<object>())
            joined.Add(item);
        foreach (object? item in items)
            joined.Add(item);
        return joined;
    }
}

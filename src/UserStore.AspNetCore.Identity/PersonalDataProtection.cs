using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.AspNetCore.Identity;

namespace UserStore.AspNetCore.Identity;

/// <summary>Protects the strings of a user that are marked with <see cref="ProtectedPersonalDataAttribute"/>, and the values of its tokens, while they
/// are stored.</summary>
internal sealed class PersonalDataProtection(IPersonalDataProtector protector)
{
    public void Protect<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TItem>(TItem item)
        where TItem : class
        => Change(item, protector.Protect);

    public void Unprotect<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TItem>(TItem item)
        where TItem : class
        => Change(item, protector.Unprotect);

    private static void Change<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TItem>(TItem item, Func<string?, string?> change)
        where TItem : class
    {
        foreach (PropertyInfo property in Marked<TItem>.Properties)
            property.SetValue(item, Changed((string?)property.GetValue(item), change));
        foreach (IdentityToken token in Marked<TItem>.Tokens?.GetValue(item) as List<IdentityToken> ?? [])
            token.Value = Changed(token.Value, change);
    }

    private static string? Changed(string? value, Func<string?, string?> change) => value is null ? null : change(value);

    private static class Marked<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TItem>
    {
        public static PropertyInfo[] Properties { get; } = [.. typeof(TItem).GetProperties().Where(
            property => property.PropertyType == typeof(string) && property.IsDefined(typeof(ProtectedPersonalDataAttribute), inherit: true))];

        public static PropertyInfo? Tokens { get; } = typeof(TItem).GetProperty(nameof(DynamoDbIdentityUser.Tokens));
    }
}

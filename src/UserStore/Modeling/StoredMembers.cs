using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Amazon.DynamoDBv2.DataModel;

namespace UserStore.Modeling;

/// <summary>Determines which properties of a type the SDK's context stores, and how it creates an object.</summary>
internal static class StoredMembers
{
    /// <summary>Returns the properties that the context reads and writes, and those that it does not store but that can be set.</summary>
    public static (PropertyInfo[] Stored, PropertyInfo[] NotStored) Of(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type type)
    {
        string[] parameters = ParametersOf(type);
        PropertyInfo[] members = [.. type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(member => member.CanRead && member.GetIndexParameters().Length == 0
                && (member.CanWrite || parameters.Contains(member.Name, StringComparer.OrdinalIgnoreCase)))];
        return ([.. members.Where(IsStored)], [.. members.Where(member => !IsStored(member) && member.CanWrite)]);
    }

    /// <summary>Returns the names of the parameters to which the context binds attributes; none if it sets properties instead.</summary>
    public static string[] ParametersOf([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type type)
        => [.. BoundConstructor(type)?.GetParameters().Select(parameter => parameter.Name!) ?? []];

    /// <summary>Returns why the context cannot create objects of a type, or null.</summary>
    public static string? ViolatedRule([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type type)
    {
        if (type.IsAbstract)
            return "must not be abstract";
        if (type.GetConstructor(Type.EmptyTypes) is not null && !type.GetConstructors().Any(IsMarked))
            return null;
        if (BoundConstructor(type) is not { } constructor)
        {
            return "must have a public constructor without parameters, or one public constructor whose parameters have the names of stored properties; "
                + "mark it with [DynamoDBConstructor] if there are several";
        }

        string[] names = [.. type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Select(member => member.Name)];
        return constructor.GetParameters().FirstOrDefault(parameter => !names.Contains(parameter.Name, StringComparer.OrdinalIgnoreCase)) is { } stray
            ? $"has a constructor with a parameter '{stray.Name}' that has the name of no property"
            : null;
    }

    private static ConstructorInfo? BoundConstructor([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type type)
    {
        ConstructorInfo[] constructors = type.GetConstructors();
        if (constructors.SingleOrDefault(IsMarked) is { } marked)
            return marked;
        return type.GetConstructor(Type.EmptyTypes) is null && constructors is [var only] ? only : null;
    }

    private static bool IsMarked(ConstructorInfo constructor) => constructor.IsDefined(typeof(DynamoDBConstructorAttribute));

    private static bool IsStored(PropertyInfo member) => !member.IsDefined(typeof(DynamoDBIgnoreAttribute))
        && !member.IsDefined(typeof(RevisionAttribute))
        && (member.GetMethod!.IsPublic || member.IsDefined(typeof(DynamoDBAttribute)));
}

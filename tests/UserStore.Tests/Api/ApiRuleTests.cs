using System.Reflection;
using Amazon.DynamoDBv2.DataModel;
using UserStore.SpectreConsole;
using UserStore.Testing;

namespace UserStore.Tests.Api;

/// <summary>Rules that hold for every public type.</summary>
public sealed class ApiRuleTests
{
    private static readonly Type[] DerivableByDesign =
    [
        typeof(User), typeof(UserStore.DynamoDb.DynamoDbUserStore<>), typeof(InMemoryUserStore<>),
    ];

    private static readonly Type[] Types =
    [
        .. new[] { typeof(User).Assembly, typeof(InMemoryUserStore).Assembly, typeof(SpectreMigrationReporter).Assembly }
            .SelectMany(assembly => assembly.GetExportedTypes()),
    ];

    private static IEnumerable<MethodInfo> Methods => Types.SelectMany(
        type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .Where(method => !method.IsSpecialName);

    [Fact]
    public void Classes_are_sealed_static_or_abstract_unless_users_derive_from_them()
        => Types.Where(type => type.IsClass && !type.IsSealed && !type.IsAbstract).Should().BeEquivalentTo(DerivableByDesign);

    [Fact]
    public void Asynchronous_methods_end_in_Async_and_take_a_token_last()
    {
        MethodInfo[] asynchronous = [.. Methods.Where(method => IsAsynchronous(method.ReturnType) && method.Name != "DisposeAsync")];

        asynchronous.Should().NotBeEmpty().And.OnlyContain(method => method.Name.EndsWith("Async", StringComparison.Ordinal));
        asynchronous.Select(method => method.GetParameters().Last()).Should()
            .OnlyContain(last => last.ParameterType == typeof(CancellationToken) && last.HasDefaultValue);
    }

    [Fact]
    public void Namespaces_are_those_of_the_packages()
        => Types.Select(type => type.Namespace).Distinct().Should().BeEquivalentTo(
            "UserStore", "UserStore.Declarations", "UserStore.DynamoDb", "UserStore.Mapping", "UserStore.Migrations", "UserStore.Privacy",
            "UserStore.Replication", "UserStore.Schema", "UserStore.SpectreConsole", "UserStore.Testing", "Microsoft.Extensions.DependencyInjection");

    // The attributes of the SDK reference converters, which therefore implement the interface of the SDK.
    [Fact]
    public void The_domain_types_expose_no_type_of_the_SDK()
    {
        IEnumerable<Type> mentioned = Types.Where(type => type.Namespace == "UserStore" && !type.IsAssignableTo(typeof(IPropertyConverter)))
            .SelectMany(type => type.GetMembers().SelectMany(Mentioned).Append(type.BaseType).Concat(type.GetInterfaces()))
            .OfType<Type>();

        mentioned.Where(type => type.Namespace?.StartsWith("Amazon", StringComparison.Ordinal) == true).Should().BeEmpty();
    }

    [Fact]
    public void Errors_of_the_store_derive_from_one_base_and_are_complete()
    {
        Type[] errors = [.. Types.Where(type => type.IsAssignableTo(typeof(UserStoreException)) && !type.IsAbstract)];

        errors.Should().HaveCountGreaterThan(5).And.OnlyContain(
            type => type.IsSealed && type.GetConstructors().Length > 0 && type.Name.EndsWith("Exception", StringComparison.Ordinal));
    }

    [Fact]
    public void The_testing_package_needs_no_test_framework()
        => typeof(InMemoryUserStore).Assembly.GetReferencedAssemblies().Select(reference => reference.Name)
            .Should().NotContain(
                name => name!.StartsWith("xunit", StringComparison.OrdinalIgnoreCase) || name == "Moq" || name == "FluentAssertions");

    private static bool IsAsynchronous(Type type) => type.IsAssignableTo(typeof(Task)) || type.Name.StartsWith(
        "ValueTask", StringComparison.Ordinal) || type.Name.StartsWith("IAsyncEnumerable", StringComparison.Ordinal);

    private static IEnumerable<Type?> Mentioned(MemberInfo member) => member switch
    {
        MethodBase method => method.GetParameters().Select(
            parameter => parameter.ParameterType).Append((method as MethodInfo)?.ReturnType).SelectMany(Parts),
        PropertyInfo property => Parts(property.PropertyType),
        FieldInfo field => Parts(field.FieldType),
        _ => [],
    };

    private static IEnumerable<Type?> Parts(Type? type)
        => type is null ? [] : type.GetGenericArguments().SelectMany(Parts).Append(type).Append(type.GetElementType());
}

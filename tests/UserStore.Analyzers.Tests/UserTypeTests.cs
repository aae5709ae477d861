using Microsoft.CodeAnalysis;
using UserStore.Generators;

namespace UserStore.Analyzers.Tests;

/// <summary>Which classes are checked as types of users, and that each mistake is reported once.</summary>
public sealed class UserTypeTests
{
    private const string Id = "[DynamoDBHashKey] public string? Id { get; set; } ";
    private const string Wrong = "[DynamoDBVersion] public int Version { get; set; } ";

    [Theory]
    [InlineData("[DynamoDBTable(\"c\")] public class Projection { " + Wrong + "public object? Any { get; set; } public int Field; }")]
    [InlineData("public class Part { [Unique(\"n\")] public string? Name { get; set; } public int Field; }")]
    [InlineData("[DynamoDBTable(\"c\")] public class Untouched { " + Id + Wrong + "} class Registry { Store<Untouched>? S; } class Store<T>;")]
    [InlineData("[DynamoDBTable(\"c\")] public class Keyless { [CreatedAt] public DateTime At { get; set; } }")]
    [InlineData("public record Open<T> : User { public T? Value { get; init; } public List<T>? Values { get; init; } }")]
    [InlineData("public record Odd : User { [DynamoDBIgnore] public object? Any { get; set; } public object? Computed => null; }")]
    [InlineData("public record Own : User { [Own] public string? Name2 { get; init; } } public class OwnAttribute : DynamoDBPropertyAttribute;")]
    [InlineData("class Generic<T> where T : User { IUserStore<T>? Users; }")]
    public async Task What_is_no_mistake_is_not_reported(string source) => (await Analysis.DiagnosticsOfAsync(source)).Should().BeEmpty();

    [Theory]
    [InlineData("public record Customer : User { public int Field; }")]
    [InlineData("[DynamoDBTable(\"c\"), GenerateUserMapping] public class Customer { " + Id + Wrong + "}")]
    [InlineData("[DynamoDBTable(\"c\")] public class Customer { " + Id + Wrong + "[CreatedAt] public DateTime At { get; set; } }")]
    [InlineData("[DynamoDBTable(\"c\")] public class Customer { " + Id + Wrong + "} class Startup { InMemoryUserStore<Customer>? Users; }")]
    [InlineData("[DynamoDBTable(\"c\")] public class Customer { " + Id + "public int Field; } class Startup { IUserStore<Customer>? Users; }")]
    public async Task A_type_of_users_is_checked(string source) => (await Analysis.DiagnosticsOfAsync(source)).Should().ContainSingle();

    [Fact]
    public async Task Roles_that_code_describes_are_not_reported()
    {
        const string Describe = "class Startup { void Add(UserStoreOptions options) => options.Describe<Customer>(type => type.Version(c => c.Number)); }";

        IReadOnlyList<Diagnostic> diagnostics = await Analysis.DiagnosticsOfAsync(
            $"[DynamoDBTable(\"c\"), GenerateUserMapping] public class Customer {{ {Id} {Wrong} public long? Number {{ get; set; }} }} {Describe}");

        diagnostics.Should().BeEmpty();
    }

    [Fact]
    public async Task A_mistake_of_a_base_type_is_reported_there()
    {
        IReadOnlyList<Diagnostic> diagnostics = await Analysis.DiagnosticsOfAsync(
            "public abstract record Base : User { public object? Any { get; init; } } public record Customer : Base; public record Member : Base;");

        Analysis.TextAt(diagnostics.Should().ContainSingle().Which).Should().Be("Any");
    }

    [Fact]
    public async Task A_type_of_another_assembly_is_reported_where_a_store_has_it()
    {
        MetadataReference library = Analysis.Library($"[DynamoDBTable(\"c\")] public class Foreign {{ {Id} public object? Any {{ get; set; }} }}");

        IReadOnlyList<Diagnostic> diagnostics = await Analysis.DiagnosticsOfAsync("class Startup { IUserStore<Foreign>? Users; }", library);

        Diagnostic diagnostic = diagnostics.Should().ContainSingle().Which;
        (diagnostic.Id, Analysis.TextAt(diagnostic)).Should().Be(("USA020", "Foreign"));
    }

    [Fact]
    public async Task A_derived_type_of_another_assembly_may_have_what_the_compiler_leaves_out()
    {
        MetadataReference library = Analysis.Library(
            "[DynamoDBTable(\"c\")] public class Foreign { [DynamoDBHashKey, DynamoDBGlobalSecondaryIndexHashKey(\"i\")] private string? Id { get; set; } }");

        IReadOnlyList<Diagnostic> diagnostics = await Analysis.DiagnosticsOfAsync(
            "public class Customer : Foreign { [CreatedAt, DynamoDBGlobalSecondaryIndexRangeKey(\"i\")] public DateTime At { get; set; } "
                + "[Unique(\"n\", Within = \"Id\")] public string? Name { get; set; } } class Startup { InMemoryUserStore<Customer>? Users; }",
            library);

        diagnostics.Should().BeEmpty();
    }

    [Fact]
    public async Task A_base_type_of_another_project_may_have_private_setters()
    {
        MetadataReference library = Analysis.Library("public class Entity { [DynamoDBHashKey] public string? Id { get; private set; } }");

        IReadOnlyList<Diagnostic> diagnostics = await Analysis.DiagnosticsOfAsync(
            "[DynamoDBTable(\"c\")] public class Customer : Entity { [CreatedAt] public DateTime At { get; set; } } "
                + "class Startup { InMemoryUserStore<Customer>? Users; }",
            library);

        diagnostics.Should().BeEmpty();
    }

    [Fact]
    public async Task How_users_are_created_is_a_matter_of_the_type_that_they_are_created_of()
    {
        const string Base = "[DynamoDBTable(\"c\")] public class Base(string id) { [DynamoDBHashKey, GeneratedKey] public string Id { get; } = id; "
            + "public Base(int number) : this($\"{number}\") { } } ";

        (await Analysis.DiagnosticsOfAsync(Base + "public sealed class Customer(string id) : Base(id); class Startup { IUserStore<Customer>? Users; }"))
            .Should().BeEmpty("the derived type binds what the base type does not");
        (await Analysis.DiagnosticsOfAsync(Base + "public class Customer() : Base(1); class Startup { IUserStore<Customer>? Users; }"))
            .Select(Analysis.TextAt).Should().Equal("Customer");
    }

    [Theory]
    [InlineData("public int Field;")]
    [InlineData("public object? Any { get; set; }")]
    [InlineData("[DynamoDBProperty(\"Id\")] public string? Other { get; set; }")]
    [InlineData("public Customer(int other) { } public Customer(string id) { }")]
    public async Task What_the_generator_reports_is_not_reported_twice(string member)
    {
        Compilation compilation = Analysis.Compile(
            "Service",
            [
                $"{Analysis.Usings}[DynamoDBTable(\"c\"), GenerateUserMapping] public sealed class Customer {{ {Id} {member} }} "
                    + "class Startup { IUserStore<Customer>? Users; }",
            ]);

        (await Analysis.DiagnosticsOfAsync(compilation)).Should().BeEmpty();
        Microsoft.CodeAnalysis.CSharp.CSharpGeneratorDriver.Create(new UserMappingGenerator()).RunGenerators(compilation)
            .GetRunResult().Diagnostics.Should().ContainSingle();
    }
}

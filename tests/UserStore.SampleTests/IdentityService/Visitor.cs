using System.Net;
using System.Text.RegularExpressions;

namespace UserStore.SampleTests.IdentityService;

/// <summary>A browser without JavaScript: it keeps cookies, follows redirects and submits the forms of pages.</summary>
internal sealed partial class Visitor : IDisposable
{
    public const string Password = "Correct-horse-7";

    private readonly HttpClient _direct;

    public Visitor(Uri address)
    {
        var cookies = new CookieContainer();
        Http = CreateClient(followsRedirects: true);
        _direct = CreateClient(followsRedirects: false);

        HttpClient CreateClient(bool followsRedirects) => new(new HttpClientHandler { AllowAutoRedirect = followsRedirects, CookieContainer = cookies })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromSeconds(30),
        };
    }

    public HttpClient Http { get; }

    /// <summary>Signs in to the test provider, and returns the page that the service shows then.</summary>
    public async Task<Shown> SignInExternallyAsync(string name, string page = "/Login", string handler = "External")
    {
        Shown form = await SubmitAsync(page, handler);
        return await ShowAsync(await Http.GetAsync($"/signin-test?name={name}&state={Uri.EscapeDataString(StateOf(form.Html))}"));
    }

    public Task<Shown> RegisterAsync(string email) => SubmitAsync("/Register", "", ("Email", email), ("Password", Password));

    public Task<Shown> SignInAsync(string email, string password = Password) => SubmitAsync("/Login", "", ("Email", email), ("Password", password));

    public async Task<Shown> OpenAsync(string page) => await ShowAsync(await Http.GetAsync(page));

    /// <summary>Submits a form of a page, with the token of the page against forged requests.</summary>
    public async Task<Shown> SubmitAsync(string page, string handler, params (string Name, string? Value)[] fields)
    {
        string token = Token().Match((await OpenAsync(page)).Html).Groups[1].Value;
        var content = new FormUrlEncodedContent(fields
            .Append((Name: "__RequestVerificationToken", Value: token))
            .Where(field => field.Value is not null)
            .Select(field => KeyValuePair.Create(field.Name, field.Value!)));
        return await ShowAsync(await Http.PostAsync(handler.Length == 0 ? page : $"{page}?handler={handler}", content));
    }

    /// <summary>Receives the cookies of a response, and does not follow its redirect.</summary>
    public async Task ReceiveAsync(string page)
    {
        using HttpResponseMessage response = await _direct.GetAsync(page);
        response.StatusCode.Should().Be(HttpStatusCode.Redirect);
    }

    public static string StateOf(string html) => WebUtility.HtmlDecode(State().Match(html).Groups[1].Value);

    public void Dispose()
    {
        Http.Dispose();
        _direct.Dispose();
    }

    private static async Task<Shown> ShowAsync(HttpResponseMessage response)
        => new(response, response.RequestMessage!.RequestUri!.AbsolutePath, WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync()));

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("name=\"state\" value=\"([^\"]+)\"")]
    private static partial Regex State();
}

/// <summary>What a visitor sees: the last response, its path after redirects, and its text.</summary>
internal sealed record Shown(HttpResponseMessage Response, string Path, string Html);
